//! A configuration with the parameters of a single refresh.

use super::ClientConfig;
use crate::error::Error;
use crate::protocol::form::Parameters;
use crate::protocol::grant::Grant;
use crate::protocol::token_request::RESERVED_PARAMETERS;

impl ClientConfig {
    /// The same configuration, whose refreshes have `parameters` instead of those of the same names.
    pub(crate) fn refreshing_with(&self, parameters: &Parameters) -> Result<Self, Error> {
        for (name, _) in parameters {
            self.check_refresh_parameter(name)?;
        }
        let is_given = |name: &str| parameters.iter().any(|(given, _)| given == name);
        let mut config = self.clone();
        let mut merged = config
            .refresh_params
            .unwrap_or_else(|| config.endpoint_params.clone());
        merged.retain(|(name, _)| !is_given(name));
        merged.extend(parameters.iter().cloned());
        config.refresh_params = Some(merged);
        if is_given("resource") {
            config.resource.clear();
        }
        // Refreshes of other grants do not say it by themselves.
        if is_given("scope") && matches!(config.grant, Grant::RefreshToken { .. }) {
            config.scopes.clear();
        }
        Ok(config)
    }

    fn check_refresh_parameter(&self, name: &str) -> Result<(), Error> {
        let client = &self.client;
        // A refresh may ask for fewer scopes (RFC 6749 §6).
        let is_reserved = RESERVED_PARAMETERS.contains(&name) && name != "scope";
        if is_reserved || [&client.id_param, &client.secret_param, "refresh_token"].contains(&name)
        {
            return Err(Error::invalid_option(
                "params",
                ["must not set ", name, ", which the protocol sets"].concat(),
            ));
        }
        if name.is_empty() {
            return Err(Error::invalid_option(
                "params",
                "must not have an empty name",
            ));
        }
        Ok(())
    }
}
