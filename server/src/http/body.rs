//! Bodies of requests that are read by the endpoint itself, because it also needs their bytes.

use super::problem::Problem;
use serde::de::DeserializeOwned;

/// What a body in JSON holds.
///
/// # Errors
/// 400 when it is not what is asked for.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::invalid(format!("The request's body is not what is asked for: {error}.")))
}
