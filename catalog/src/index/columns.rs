//! What is counted, filtered and sorted by, in memory: one compact column a facet and segment.
//!
//! Segments never change, so a column is read once and shared by every later generation that still has the segment.
//! Values are numbered once for the whole index, not once a segment, so that one array counts across segments and a
//! chosen value is one number everywhere.

use super::schema::{FACETS, Facet, column};
use super::suggest::is_letter;
use std::collections::HashMap;
use std::sync::{OnceLock, RwLock};
use tantivy::{DocId, SegmentReader};

/// The numbers of a facet's values, over all segments. Grows only.
#[derive(Default)]
pub(super) struct Values {
    numbers: HashMap<Box<str>, u32>,
    values: Vec<Value>,
}

/// One value of a facet.
#[derive(Clone)]
pub(super) struct Value {
    /// What it is compared by.
    pub(super) key: Box<str>,
    /// How it is written: of several spellings the first in order, so that it is the same after every start.
    pub(super) written: Box<str>,
}

impl Values {
    /// The number of a value, if any document ever had it.
    pub(super) fn number(&self, key: &str) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    pub(super) fn get(&self, number: u32) -> Option<&Value> {
        self.values.get(number as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    fn intern(&mut self, key: &str, written: &str) -> u32 {
        if let Some(&number) = self.numbers.get(key) {
            let value = &mut self.values[number as usize];
            if written < &*value.written {
                value.written = written.into();
            }
            return number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.numbers.insert(key.into(), number);
        self.values.push(Value { key: key.into(), written: written.into() });
        number
    }
}

/// The values of all facets.
#[derive(Default)]
pub(super) struct Vocabulary([RwLock<Values>; FACETS]);

impl Vocabulary {
    pub(super) fn of(&self, facet: Facet) -> std::sync::RwLockReadGuard<'_, Values> {
        self.0[facet.slot()].read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn of_mut(&self, facet: Facet) -> std::sync::RwLockWriteGuard<'_, Values> {
        self.0[facet.slot()].write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Several numbers a document.
#[derive(Default)]
pub(super) struct Numbers {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Numbers {
    pub(super) fn of(&self, doc: DocId) -> &[u32] {
        let doc = doc as usize;
        match (self.starts.get(doc), self.starts.get(doc + 1)) {
            (Some(&start), Some(&end)) => &self.numbers[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// One text a document.
#[derive(Default)]
pub(super) struct Texts {
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

impl Texts {
    /// The text as bytes, which order as the text does; empty where the document has none.
    pub(super) fn of(&self, doc: DocId) -> &[u8] {
        let doc = doc as usize;
        match (self.starts.get(doc), self.starts.get(doc + 1)) {
            (Some(&start), Some(&end)) => &self.bytes[start as usize..end as usize],
            _ => &[],
        }
    }

    /// The document that a byte belongs to.
    pub(super) fn document(&self, at: u32) -> DocId {
        DocId::try_from(self.starts.partition_point(|start| *start <= at).saturating_sub(1))
            .unwrap_or(DocId::MAX)
    }

    /// The text of a document from a byte on.
    fn from(&self, at: u32) -> &[u8] {
        let end = self.starts.get(self.starts.partition_point(|start| *start <= at)).copied();
        &self.bytes[at as usize..end.map_or(self.bytes.len(), |end| end as usize)]
    }
}

/// Where each word of some texts begins, in the order of what follows.
#[derive(Default)]
pub(super) struct Words(Vec<u32>);

impl Words {
    fn of(texts: &Texts) -> Self {
        let mut words = Vec::new();
        for (start, end) in texts.starts.iter().zip(texts.starts.iter().skip(1)) {
            for at in *start..*end {
                let is_letter = |at: u32| is_letter(texts.bytes[at as usize]);
                if is_letter(at) && (at == *start || !is_letter(at - 1)) {
                    words.push(at);
                }
            }
        }
        words.sort_by_cached_key(|at| {
            let rest = texts.from(*at);
            let mut start = [0; 24];
            let length = rest.len().min(start.len());
            start[..length].copy_from_slice(&rest[..length]);
            (start, *at)
        });
        words.shrink_to_fit();
        Self(words)
    }

    /// The places that begin so. Beginnings are told apart by their first 24 bytes.
    pub(super) fn beginning<'a>(
        &'a self,
        texts: &Texts,
        prefix: &[u8],
    ) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        let prefix = &prefix[..prefix.len().min(24)];
        let from = self.0.partition_point(|at| texts.from(*at) < prefix);
        let count = self.0[from..].partition_point(|at| texts.from(*at).starts_with(prefix));
        self.0[from..from + count].iter().copied()
    }
}

/// The columns of one segment.
pub(super) struct Columns {
    /// Repository, NUL, path.
    pub(super) keys: Texts,
    /// The documents that are procedures, deleted ones included.
    pub(super) procedures: Vec<DocId>,
    /// When each was last changed; 0 for revisions.
    pub(super) updated: Vec<i64>,
    pub(super) facets: [Numbers; FACETS],
    titles: OnceLock<Texts>,
    title_words: OnceLock<Words>,
}

impl Columns {
    /// Reads the columns of a segment.
    pub(super) fn read(reader: &SegmentReader, vocabulary: &Vocabulary) -> tantivy::Result<Self> {
        let keys = texts(reader, column::KEY)?;
        let procedures = (0..reader.max_doc()).filter(|doc| !keys.of(*doc).is_empty()).collect();
        let updated = reader.fast_fields().i64(column::UPDATED)?;
        let updated = (0..reader.max_doc()).map(|doc| updated.first(doc).unwrap_or(0)).collect();
        let mut facets: [Numbers; FACETS] = Default::default();
        for facet in Facet::all() {
            facets[facet.slot()] = numbers(reader, facet, vocabulary)?;
        }
        Ok(Self { keys, procedures, updated, facets, titles: OnceLock::new(), title_words: OnceLock::new() })
    }

    /// The words of the titles in order; sorted when first asked for.
    pub(super) fn title_words(&self, titles: &Texts) -> &Words {
        self.title_words.get_or_init(|| Words::of(titles))
    }

    /// How titles are sorted; read when first asked for.
    pub(super) fn titles(&self, reader: &SegmentReader) -> tantivy::Result<&Texts> {
        if let Some(titles) = self.titles.get() {
            return Ok(titles);
        }
        let titles = texts(reader, column::TITLE_KEY)?;
        Ok(self.titles.get_or_init(|| titles))
    }
}

/// Which documents of a segment are procedures that are not deleted.
pub(super) enum Shown {
    /// All.
    All,
    /// Those for which it is said.
    Some(Box<[bool]>),
}

impl Shown {
    /// Of a segment as it is in one generation.
    pub(super) fn of(reader: &SegmentReader, columns: &Columns) -> Self {
        if columns.procedures.len() == reader.max_doc() as usize && !reader.has_deletes() {
            return Self::All;
        }
        let mut shown = vec![false; reader.max_doc() as usize];
        for doc in columns.procedures.iter().copied().filter(|doc| !reader.is_deleted(*doc)) {
            shown[doc as usize] = true;
        }
        Self::Some(shown.into())
    }

    /// Whether a document is one.
    #[inline]
    pub(super) fn has(&self, doc: DocId) -> bool {
        match self {
            Self::All => true,
            Self::Some(shown) => shown.get(doc as usize).copied().unwrap_or(false),
        }
    }

    /// How many there are.
    pub(super) fn count(&self, columns: &Columns) -> usize {
        match self {
            Self::All => columns.procedures.len(),
            Self::Some(shown) => shown.iter().filter(|shown| **shown).count(),
        }
    }
}

/// The terms of a fast field in order, each given to `each` with its ordinal.
fn terms(column: &tantivy::columnar::StrColumn, mut each: impl FnMut(&[u8])) -> std::io::Result<()> {
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        each(stream.key());
    }
    Ok(())
}

fn numbers(reader: &SegmentReader, facet: Facet, vocabulary: &Vocabulary) -> tantivy::Result<Numbers> {
    let Some(column) = reader.fast_fields().str(&facet.column())? else { return Ok(Numbers::default()) };
    let mut by_ordinal = Vec::with_capacity(column.num_terms());
    {
        let mut values = vocabulary.of_mut(facet);
        terms(&column, |term| {
            let term = String::from_utf8_lossy(term);
            let (key, written) = term.split_once('\0').unwrap_or((&term, &term));
            by_ordinal.push(values.intern(key, written));
        })?;
    }
    let mut starts = Vec::with_capacity(reader.max_doc() as usize + 1);
    let mut numbers = Vec::new();
    let ordinals = column.ords();
    starts.push(0);
    for doc in 0..reader.max_doc() {
        numbers.extend(
            ordinals.values_for_doc(doc).filter_map(|ordinal| by_ordinal.get(usize::try_from(ordinal).ok()?)),
        );
        starts.push(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
    }
    Ok(Numbers { starts, numbers })
}

/// A fast field with at most one text a document.
pub(super) fn texts(reader: &SegmentReader, name: &str) -> tantivy::Result<Texts> {
    let Some(column) = reader.fast_fields().str(name)? else { return Ok(Texts::default()) };
    let mut ends = Vec::with_capacity(column.num_terms());
    let mut sorted = Vec::new();
    terms(&column, |term| {
        sorted.extend_from_slice(term);
        ends.push(sorted.len());
    })?;
    let ordinals = column.ords();
    let mut starts = Vec::with_capacity(reader.max_doc() as usize + 1);
    let mut bytes = Vec::with_capacity(sorted.len());
    starts.push(0);
    for doc in 0..reader.max_doc() {
        if let Some(ordinal) = ordinals.first(doc).and_then(|ordinal| usize::try_from(ordinal).ok())
            && let Some(&end) = ends.get(ordinal)
        {
            let start = if ordinal == 0 { 0 } else { ends[ordinal - 1] };
            bytes.extend_from_slice(&sorted[start..end]);
        }
        starts.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }
    Ok(Texts { starts, bytes })
}
