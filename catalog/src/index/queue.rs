//! Documents on their way to the indexing threads: made there, and bounded by their size until then.
//!
//! Cutting a notebook into tokens costs about as much as indexing them. It is done by the thread that indexes, when it
//! takes the document up, so that who reads and parses notebooks need not wait for it.
//!
//! tantivy's own queue holds ten thousand documents before it makes anybody wait: with whole notebooks in them that is
//! several hundred megabytes. So each document holds a permit for its bytes until it is indexed, and who has none to
//! get waits.

use super::analysis::Analyzers;
use super::document::Material;
use super::schema::Fields;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use tantivy::TantivyDocument;
use tantivy::schema::{Document, Value};

/// Most bytes that wait. A single larger document passes alone.
const MAX_WAITING: usize = 8 << 20;

/// What a document holds, or is made of.
pub(super) enum Content {
    Made(TantivyDocument),
    Procedure(Box<Procedure>),
}

/// A procedure's document, made when it is first asked for.
pub(super) struct Procedure {
    material: Material,
    fields: Fields,
    analyzers: Arc<Analyzers>,
    made: OnceLock<TantivyDocument>,
}

impl Content {
    pub(super) fn procedure(material: Material, fields: Fields, analyzers: Arc<Analyzers>) -> Self {
        Self::Procedure(Box::new(Procedure { material, fields, analyzers, made: OnceLock::new() }))
    }

    fn size(&self) -> usize {
        match self {
            Self::Made(document) => {
                document.iter_fields_and_values().filter_map(|(_, value)| value.as_str().map(str::len)).sum()
            }
            // Its tokens come to about as much again as its text.
            Self::Procedure(procedure) => 3 * procedure.material.size(),
        }
    }

    fn document(&self) -> &TantivyDocument {
        match self {
            Self::Made(document) => document,
            Self::Procedure(procedure) => procedure.made.get_or_init(|| {
                procedure.analyzers.lend(|analyzer| procedure.material.document(&procedure.fields, analyzer))
            }),
        }
    }
}

/// How much waits.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<usize>,
    taken_up: Condvar,
}

impl Queue {
    /// Gives a document its permit, waiting for one while too much is on its way.
    pub(super) fn admit(self: &Arc<Self>, content: Content) -> Queued {
        let size = content.size();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while *waiting > 0 && *waiting + size > MAX_WAITING {
            waiting = self.taken_up.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        *waiting += size;
        Queued { content, _permit: Permit { queue: Arc::clone(self), size } }
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

/// A document with its permit. The indexing thread drops it when it is indexed.
pub(super) struct Queued {
    content: Content,
    _permit: Permit,
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.content.document().iter_fields_and_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::schema::Field;

    fn document(size: usize) -> Content {
        let mut document = TantivyDocument::default();
        document.add_text(Field::from_field_id(0), "x".repeat(size));
        Content::Made(document)
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
            drop(half);
            drop(third.join().unwrap());
        });
        drop(other);
        assert_eq!(*queue.waiting.lock().unwrap(), 0);
    }
}
