//! What a protected resource says about itself (RFC 9728).

use super::endpoint::Endpoint;
use crate::error::Error;
use crate::json::Json;
use crate::text;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// How long others may keep the document.
const CACHE_CONTROL: &str = "public, max-age=3600";

/// How long browsers may keep the answer to a preflight, in seconds.
const PREFLIGHT_AGE: &str = "3600";

/// An answer, as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataResponse {
    /// The status code.
    pub status: u16,
    /// Names, in small letters, and values.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body; empty for none.
    pub body: String,
}

/// The metadata of a resource, ready to be served.
#[derive(Clone, Debug)]
pub struct ProtectedResource {
    url: String,
    /// Where it is on the resource's origin.
    path: String,
    resource: String,
    scopes_supported: Vec<String>,
}

impl ProtectedResource {
    /// Of the resource that is called `resource`, by the URL with which clients ask for tokens (RFC 8707).
    pub fn new(resource: &str, scopes_supported: Vec<String>) -> Result<Self, Error> {
        Endpoint::parse(resource).map_err(|problem| Error::invalid_option("resource", problem))?;
        let (scheme, rest) = text::split_once(resource, "://").unwrap_or_default();
        let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?'));
        let (authority, path) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or_default();
        // The slash that ends the host goes, the others are the name's (RFC 9728 §3.1).
        let path = match path {
            "/" => "",
            path if path.starts_with("/?") => path.trim_start_matches('/'),
            path => path,
        };
        Ok(Self {
            url: [scheme, "://", authority, WELL_KNOWN, path].concat(),
            path: [WELL_KNOWN, path].concat(),
            resource: resource.to_owned(),
            scopes_supported,
        })
    }

    /// Where clients find it: `resource_metadata` in challenges.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The answer to a request, if it is for this document, which names `authorization_servers`. Only the path of `url`
    /// counts, and the query where the resource's name has one: whoever made the request chose its host.
    pub fn respond(
        &self,
        method: &str,
        url: &str,
        authorization_servers: &[String],
    ) -> Option<MetadataResponse> {
        if !self.is_at(url) {
            return None;
        }
        // It is for everybody, and browsers ask before they send a header of their own, such as the version of a
        // protocol.
        let mut headers = vec![("access-control-allow-origin", "*")];
        let (status, body) = match method {
            "GET" | "HEAD" => {
                headers.push(("content-type", "application/json"));
                headers.push(("cache-control", CACHE_CONTROL));
                let is_get = method == "GET";
                (200, is_get.then(|| self.document(authorization_servers)))
            }
            "OPTIONS" => {
                headers.push(("access-control-allow-methods", "GET, HEAD"));
                headers.push(("access-control-allow-headers", "*"));
                headers.push(("access-control-max-age", PREFLIGHT_AGE));
                (204, None)
            }
            _ => return None,
        };
        Some(MetadataResponse {
            status,
            headers,
            body: body.unwrap_or_default(),
        })
    }

    fn document(&self, authorization_servers: &[String]) -> String {
        let list = |texts: &[String]| {
            let items = texts.iter().map(|text| Json::from(text.as_str())).collect();
            (!texts.is_empty()).then_some(Json::Array(items))
        };
        let header_only = Json::Array(vec!["header".into()]);
        Json::object([
            ("resource", Some(self.resource.as_str().into())),
            ("authorization_servers", list(authorization_servers)),
            ("scopes_supported", list(&self.scopes_supported)),
            ("bearer_methods_supported", Some(header_only)),
        ])
        .to_text()
    }

    fn is_at(&self, url: &str) -> bool {
        let url = url.split('#').next().unwrap_or_default();
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let path = match text::split_once(before, "://") {
            Some((_, rest)) if !before.starts_with('/') => {
                rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))
            }
            _ => Some(("", before)),
        };
        let (_, path) = path.unwrap_or_default();
        let (own, own_query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        // Some write a slash at the end, and some leave it out.
        let path = without_slash(path);
        let is_form = path == without_slash(own) && (own_query.is_empty() || own_query == query);
        path == WELL_KNOWN || is_form
    }
}

fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}
