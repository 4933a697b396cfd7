//! Documents on their way to the indexing threads, bounded by their size.
//!
//! tantivy's own queue holds ten thousand documents before it makes anybody wait: with whole notebooks in them that is
//! several hundred megabytes. So each document holds a permit for its bytes until an indexing thread takes it up, and
//! who has none to get waits.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tantivy::TantivyDocument;
use tantivy::schema::{Document, Value};

/// Most bytes that wait. A single larger document passes alone.
const MAX_WAITING: usize = 16 << 20;

/// How much waits.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<usize>,
    taken_up: Condvar,
}

impl Queue {
    /// Gives a document its permit, waiting for one while too much is on its way.
    pub(super) fn admit(self: &Arc<Self>, document: TantivyDocument) -> Queued {
        let size =
            document.iter_fields_and_values().filter_map(|(_, value)| value.as_str().map(str::len)).sum();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while *waiting > 0 && *waiting + size > MAX_WAITING {
            waiting = self.taken_up.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        *waiting += size;
        Queued { document, permit: Permit { queue: Arc::clone(self), size } }
    }
}

struct Permit {
    queue: Arc<Queue>,
    size: usize,
}

impl Drop for Permit {
    /// Also when the document is thrown away: a batch that was rolled back makes nobody wait.
    fn drop(&mut self) {
        *self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner) -= self.size;
        self.queue.taken_up.notify_all();
    }
}

/// A document with its permit.
pub(super) struct Queued {
    document: TantivyDocument,
    permit: Permit,
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        drop(self.permit);
        self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::schema::Field;

    fn document(size: usize) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(Field::from_field_id(0), "x".repeat(size));
        document
    }

    #[test]
    fn what_is_taken_up_or_thrown_away_lets_others_in() {
        let queue = Arc::new(Queue::default());
        let large = queue.admit(document(MAX_WAITING * 2));
        drop(large);
        let half = queue.admit(document(MAX_WAITING / 2));
        let other = queue.admit(document(MAX_WAITING / 2));
        std::thread::scope(|scope| {
            let third = scope.spawn(|| queue.admit(document(1)));
            half.into_tantivy_document();
            drop(third.join().unwrap());
        });
        drop(other);
        assert_eq!(*queue.waiting.lock().unwrap(), 0);
    }
}
