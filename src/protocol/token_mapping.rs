//! Where servers put the members of a token response, if not where the standard says.

use crate::json::Json;

/// Where servers put what RFC 6749 §5.1 puts at the top. What is not named here is looked for there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenMapping(Vec<(&'static str, String)>);

impl TokenMapping {
    /// Reads pairs of a member's name, as `access_token` or `accessToken`, and a path to it, as
    /// `data.access_token` or `tokens.0.value`; `None` for a name that is not one, or an empty step in a
    /// path.
    pub fn new(pairs: &[(String, String)]) -> Option<Self> {
        let entry = |(name, path): &(String, String)| {
            let member = match name.as_str() {
                "access_token" | "accessToken" => "access_token",
                "token_type" | "tokenType" => "token_type",
                "expires_in" | "expiresIn" => "expires_in",
                "expires_at" | "expiresAt" => "expires_at",
                "scope" => "scope",
                "refresh_token" | "refreshToken" => "refresh_token",
                "id_token" | "idToken" => "id_token",
                _ => return None,
            };
            let is_path = path.split('.').all(|step| !step.is_empty());
            is_path.then(|| (member, path.clone()))
        };
        pairs.iter().map(entry).collect::<Option<_>>().map(Self)
    }

    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let pair = |(name, path): &(&'static str, String)| ((*name).to_owned(), path.clone());
        self.0.iter().map(pair).collect()
    }

    /// What the member called `name` here is called in the response.
    pub(super) fn written<'a>(&'a self, name: &'a str) -> &'a str {
        let path = self.0.iter().rev().find(|(it, _)| *it == name);
        let last_step = |path: &'a String| {
            let dot = path.bytes().rposition(|byte| byte == b'.');
            path.get(dot.map_or(0, |dot| dot.saturating_add(1))..)
        };
        path.and_then(|(_, path)| last_step(path)).unwrap_or(name)
    }

    /// Whether all is where the standard puts it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members where the standard puts them. Of members with the same name the last counts.
    #[inline(never)]
    pub(super) fn applied(&self, members: &Json) -> Json {
        let Json::Object(present) = members else {
            return members.clone();
        };
        let mapped = self.0.iter().map(|(name, path)| {
            let value = members.at(path).cloned();
            ((*name).to_owned(), value.unwrap_or(Json::Null))
        });
        Json::Object(present.iter().cloned().chain(mapped).collect())
    }
}
