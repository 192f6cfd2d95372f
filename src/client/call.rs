//! The parameters of single calls.

use super::ClientConfig;
use crate::error::Error;
use crate::protocol::form::Parameters;
use crate::protocol::token_request::RESERVED_PARAMETERS;

const PARAMS: &str = "params";

/// What a request about a token has itself (RFC 7009 §2.1, RFC 7662 §2.1).
const ABOUT_TOKEN: [&str; 2] = ["token", "token_type_hint"];

impl ClientConfig {
    /// The same configuration, whose refreshes have `parameters` instead of those of the same names.
    pub(crate) fn refreshing_with(&self, parameters: &Parameters) -> Result<Self, Error> {
        // A refresh may ask for fewer scopes (RFC 6749 §6).
        self.check_parameters(PARAMS, parameters, &["refresh_token"], |name| {
            name == "scope"
        })?;
        let is_given = |name: &str| parameters.iter().any(|(given, _)| given == name);
        let mut config = self.clone();
        let options = &mut config.options;
        let mut merged = options
            .refresh_params
            .take()
            .unwrap_or_else(|| options.endpoint_params.clone());
        merged.retain(|(name, _)| !is_given(name));
        merged.extend(parameters.iter().cloned());
        options.refresh_params = Some(merged);
        if is_given("resource") {
            options.resource.clear();
        }
        Ok(config)
    }

    /// Refuses parameters of a revocation that the protocol sets.
    pub(crate) fn check_revocation(&self, parameters: &Parameters) -> Result<(), Error> {
        self.check_parameters(PARAMS, parameters, &ABOUT_TOKEN, |_| false)
    }

    /// The same of an introspection; `option` is where they were given.
    #[cfg(feature = "inbound")]
    pub(crate) fn check_introspection(
        &self,
        option: &'static str,
        parameters: &Parameters,
    ) -> Result<(), Error> {
        self.check_parameters(option, parameters, &ABOUT_TOKEN, |_| false)
    }

    fn check_parameters(
        &self,
        option: &'static str,
        parameters: &Parameters,
        own: &[&str],
        is_free: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let client = [&*self.client_id_param, &*self.client_secret_param];
        for (name, _) in parameters {
            let name = name.as_str();
            let is_reserved = [own, &client, &RESERVED_PARAMETERS]
                .concat()
                .contains(&name);
            if is_reserved && !is_free(name) {
                return Err(Error::invalid_option(
                    option,
                    ["must not set ", name, ", which the protocol sets"].concat(),
                ));
            }
            if name.is_empty() {
                return Err(Error::invalid_option(option, "must not have an empty name"));
            }
        }
        Ok(())
    }
}
