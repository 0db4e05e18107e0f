//! Flags that say where the server is and how to get in.

use std::path::PathBuf;

use clap::Args;

use super::credentials::{access, from_environment, lay, read_secret};
use crate::config::Access;
use crate::mask::Secret;

/// Where the target is and how to get in; for one target given by flags.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The server and access")]
pub(super) struct TargetArgs {
    /// Base URL of the server; without one the embedded server is checked
    #[arg(long, value_name = "URL", env = "CONTRACT_GATE_BASE_URL", hide_env_values = true)]
    pub base_url: Option<String>,
    /// Environment variable that holds the token or key; for HTTP's Basic scheme `user:password`, for a key in
    /// Authorization its whole value, prefix included
    #[arg(long, value_name = "VAR")]
    pub token_env: Option<String>,
    /// File that holds the token or key
    #[arg(long, value_name = "FILE", conflicts_with = "token_env")]
    pub token_file: Option<PathBuf>,
    /// Header of every request: NAME=env:VAR, NAME=file:PATH or NAME=VALUE; repeatable
    #[arg(long = "header", value_name = "NAME=VALUE")]
    pub headers: Vec<String>,
    /// Value of a declared parameter, such as a tenant, a path parameter or an optional query parameter, for every request
    /// that takes it: NAME=VALUE, or NAME=env:VAR or NAME=file:PATH for a secret; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Key of a record that exists, where no list shows any: RESOURCE=KEY; repeatable
    #[arg(long = "known-id", value_name = "RESOURCE=KEY")]
    pub known_ids: Vec<String>,
    /// Environment variable that holds the second tenant's token
    #[arg(long, value_name = "VAR")]
    pub second_token_env: Option<String>,
    /// Header of the second tenant, as --header
    #[arg(long = "second-header", value_name = "NAME=VALUE")]
    pub second_headers: Vec<String>,
    /// Parameter of the second tenant, as --param
    #[arg(long = "second-param", value_name = "NAME=VALUE")]
    pub second_params: Vec<String>,
    /// OpenAPI Overlay that annotates a document which may not be edited
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
}

impl TargetArgs {
    /// The first flag that says how to get into a server.
    pub(super) fn given(&self) -> Option<&'static str> {
        let flags = [
            ("--token-env", self.token_env.is_some()),
            ("--token-file", self.token_file.is_some()),
            ("--header", !self.headers.is_empty()),
            ("--param", !self.params.is_empty()),
            ("--second-token-env", self.second_token_env.is_some()),
            ("--second-header", !self.second_headers.is_empty()),
            ("--second-param", !self.second_params.is_empty()),
        ];
        flags.into_iter().find_map(|(flag, given)| given.then_some(flag))
    }

    pub(super) fn access(&self) -> Result<Access, String> {
        let token = match (&self.token_env, &self.token_file) {
            (Some(name), _) => Some(from_environment(name)?),
            (None, Some(path)) => Some(Secret::new(read_secret(path)?)),
            (None, None) => None,
        };
        access(token, &self.headers, &self.params)
    }

    pub(super) fn second(&self) -> Result<Option<Access>, String> {
        if self.second_token_env.is_none() && self.second_headers.is_empty() && self.second_params.is_empty() {
            return Ok(None);
        }
        let token = self.second_token_env.as_deref().map(from_environment).transpose()?;
        access(token, &self.second_headers, &self.second_params).map(Some)
    }

    /// The access that a configured target names, with what was given by flags laid over it.
    pub(super) fn over(&self, own: Access, second: Option<Access>) -> Result<(Access, Option<Access>), String> {
        let own = lay(own, self.access()?);
        let second = match (second, self.second()?) {
            (Some(second), Some(given)) => Some(lay(second, given)),
            (second, given) => given.or(second),
        };
        Ok((own, second))
    }
}
