//! What stands between the network and the routes: layers, errors, caching, assets, and the pool for work that blocks.

pub mod assets;
pub mod body;
pub mod cache;
pub mod csv;
pub mod failures;
pub mod headers;
pub mod host;
pub mod layers;
pub mod pool;
pub mod problem;
pub mod query;
