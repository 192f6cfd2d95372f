//! serde for options and tokens.

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::options::read;
use super::token::{of, written};
use crate::client::ClientOptions;
use crate::json::Json;
use crate::token::Token;

/// By the names of the npm package's: `{ "tokenUrl": …, "clientId": …, "clientSecret": … }`. An error names the option
/// and never shows what it has.
impl<'de> Deserialize<'de> for ClientOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(&Json::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// As the npm package writes it: `{ "accessToken": …, "tokenType": …, "expiresAt": …, … }`. It is full of secrets.
impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(self).serialize(serializer)
    }
}

/// A token that was written so. When it was received is not among it.
impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        of(&Json::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
