//! The object store: notebook bytes, and the blobs that copies were made from, each named by its SHA-256.
//!
//! A folder in the data folder. What is there is never changed, so writing it twice is harmless.

use crate::entropy::sha256;
use axum::body::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};
use std::path::Path;
use std::sync::Arc;

/// The store.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
}

/// What can go wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The store failed.
    #[error("the object store failed: {0}")]
    Store(#[from] object_store::Error),
    /// The bytes are not those that were put there.
    #[error("the object {0} is not what was put there")]
    Damaged(String),
}

impl Objects {
    /// The store in a folder, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn folder(folder: &Path) -> Result<Self, ObjectError> {
        let failed = |source: std::io::Error| object_store::Error::Generic {
            store: "folder",
            source: Box::new(source),
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        Ok(Self { store: Arc::new(LocalFileSystem::new_with_prefix(folder)?) })
    }

    /// Keeps bytes and gives their key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, ObjectError> {
        let key = sha256(&bytes);
        let place = place(&key);
        // Every copy of a revision puts its source again: that is not written anew to find it there.
        if self.store.head(&place).await.is_ok() {
            return Ok(key);
        }
        match self.store.put_opts(&place, bytes.into(), PutMode::Create.into()).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(key),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a key, if they are there; checked against it.
    ///
    /// # Errors
    /// When the store fails, or holds other bytes than were put there.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, ObjectError> {
        let bytes = match self.store.get(&place(key)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if sha256(&bytes) == key { Ok(Some(bytes)) } else { Err(ObjectError::Damaged(key.to_owned())) }
    }
}

/// Two digits a folder, so that no folder grows without end.
fn place(key: &str) -> ObjectPath {
    let (folder, file) = key.split_at_checked(2).unwrap_or(("", key));
    ObjectPath::from(format!("{folder}/{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_put_is_given_back_and_putting_it_twice_is_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::folder(folder.path()).unwrap();
        let key = objects.put(b"a notebook".to_vec()).await.unwrap();
        assert_eq!(objects.put(b"a notebook".to_vec()).await.unwrap(), key);
        assert_eq!(objects.get(&key).await.unwrap().unwrap(), b"a notebook".as_slice());
        assert!(objects.get(&sha256(b"another")).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::folder(folder.path()).unwrap();
        let key = objects.put(b"a notebook".to_vec()).await.unwrap();
        std::fs::write(folder.path().join(&key[..2]).join(&key[2..]), b"another").unwrap();
        assert!(matches!(objects.get(&key).await, Err(ObjectError::Damaged(_))));
    }
}
