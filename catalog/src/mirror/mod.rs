//! Bare mirrors of git repositories: cloned, fetched, walked.
