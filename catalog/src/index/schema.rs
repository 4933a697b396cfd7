//! What a document holds, and the names of everything that is looked up exactly.
//!
//! Procedures and revisions are documents of one index with disjoint fields. Three kinds of field serve a search:
//!
//! * `text` holds all that a procedure says, the weightier parts repeated, with positions. One word is then one list of
//!   postings, words may stand in different parts, and BM25 sees the weights: quicker than a union of fields.
//! * `title`, `attack`, `description`, `prose`, `code` and `query` say where a word stands: for `in:` and to lift titles.
//! * `fact` holds exact terms, `name=value`; `handle` hashes of names (see [`Handle`]); the fast fields what is counted
//!   and sorted by.

use super::MAX_FACETS;
use super::encoded;
use sha2::{Digest, Sha256};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{RAW_TOKENIZER_NAME, TextAnalyzer, TokenizerManager};

/// Name it anew whenever documents are made otherwise: the index folder is named after it.
pub(super) const VERSION: &str = "schema-11";

/// What is counted, in the order in which the API names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facet {
    Tactic,
    Technique,
    DataSource,
    Tag,
    Platform,
    Author,
    Repo,
    Standing,
    /// A further key of `hunting`, by its place among those that are configured.
    Further(u8),
}

/// How many facets there can be.
pub(super) const FACETS: usize = 8 + MAX_FACETS;

impl Facet {
    /// Those that every catalog has.
    pub(super) const OWN: [Facet; 8] = [
        Facet::Tactic,
        Facet::Technique,
        Facet::DataSource,
        Facet::Tag,
        Facet::Platform,
        Facet::Author,
        Facet::Repo,
        Facet::Standing,
    ];

    /// All for which the schema has room.
    pub(super) fn all() -> impl Iterator<Item = Facet> {
        (0..FACETS).map(Self::at)
    }

    fn at(slot: usize) -> Self {
        let further = || Facet::Further(u8::try_from(slot - Self::OWN.len()).unwrap_or(u8::MAX));
        Self::OWN.get(slot).copied().unwrap_or_else(further)
    }

    /// Its place among all.
    pub(super) fn slot(self) -> usize {
        match self {
            Facet::Tactic => 0,
            Facet::Technique => 1,
            Facet::DataSource => 2,
            Facet::Tag => 3,
            Facet::Platform => 4,
            Facet::Author => 5,
            Facet::Repo => 6,
            Facet::Standing => 7,
            Facet::Further(place) => Self::OWN.len() + usize::from(place),
        }
    }

    /// The API's parameter name.
    pub(super) fn name(self, further: &[String]) -> &str {
        match self {
            Facet::Tactic => "tactic",
            Facet::Technique => "technique",
            Facet::DataSource => "data_source",
            Facet::Tag => "tag",
            Facet::Platform => "platform",
            Facet::Author => "author",
            Facet::Repo => "repo",
            Facet::Standing => "standing",
            Facet::Further(place) => further.get(usize::from(place)).map_or("", String::as_str),
        }
    }

    /// The fast field that holds its values.
    pub(super) fn column(self) -> String {
        match self {
            Facet::Further(place) => format!("facet_further_{place}"),
            own => format!("facet_{}", own.name(&[])),
        }
    }
}

/// The names of exact terms of a procedure or revision.
pub(super) mod fact {
    pub(in crate::index) const REPO: &str = "repo";
    pub(in crate::index) const TACTIC: &str = "tactic";
    /// The tactic is named by the author or the only one of a technique.
    pub(in crate::index) const TACTIC_CERTAIN: &str = "tactic+";
    /// The tactic is named by the author.
    pub(in crate::index) const TACTIC_NAMED: &str = "tactic++";
    /// A technique that it is mapped to, or that one's parent; of a revision, one that it gained or lost.
    pub(in crate::index) const TECHNIQUE: &str = "technique";
    /// A technique that it is mapped to.
    pub(in crate::index) const TECHNIQUE_OWN: &str = "technique+";
    pub(in crate::index) const DATA: &str = "data";
    pub(in crate::index) const TAG: &str = "tag";
    pub(in crate::index) const PLATFORM: &str = "platform";
    pub(in crate::index) const AUTHOR: &str = "author";
    /// The folders that the path lies in, and its words.
    pub(in crate::index) const PATH: &str = "path";
    pub(in crate::index) const KERNEL: &str = "kernel";
    pub(in crate::index) const SERVICE: &str = "service";
    /// Standings, `copyable`, `unmapped`, `problematic`, `mendable`, `revoked`, `metadata-lost`.
    pub(in crate::index) const IS: &str = "is";
    /// A data source that a query of it reads.
    pub(in crate::index) const READS: &str = "reads";
    /// A field that a query of it names, and the last part of its path.
    pub(in crate::index) const FIELD: &str = "field";
    /// `unknown` where a query of it does not say how far it looks back.
    pub(in crate::index) const LOOK_BACK: &str = "lookback";
    /// A kind of change that is in its history; of a revision, one that it made.
    pub(in crate::index) const CHANGE: &str = "change";
    /// Somebody who changed it: name or address.
    pub(in crate::index) const BY: &str = "by";
    /// A commit that changed it; of a revision, its own.
    pub(in crate::index) const COMMIT: &str = "commit";
    /// A rule that says something of it.
    pub(in crate::index) const RULE: &str = "rule";
    /// How bad something is that a rule says of it.
    pub(in crate::index) const SEVERITY: &str = "severity";
    /// A technique that a revision's text is mapped to, was until then, or its parent.
    pub(in crate::index) const HUNTS: &str = "hunts";
    /// Before the key of any further entry of the `hunting` block.
    pub(in crate::index) const META: &str = "meta.";

    /// `name=value`: the whole value.
    pub(in crate::index) fn whole(name: &str, value: &str) -> String {
        format!("{name}={value}")
    }

    /// `name~word`: one word of a value.
    pub(in crate::index) fn word(name: &str, word: &str) -> String {
        format!("{name}~{word}")
    }
}

/// What a document is looked up by alone, as a hash: such names are different in every document, and a dictionary of
/// the names themselves would be the larger part of the time that indexing takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handle<'a> {
    /// A procedure by repository and path.
    Path(&'a str, &'a str),
    /// A procedure by its id.
    Id(&'a str),
    /// A procedure by an id that it once had.
    FormerId(&'a str),
    /// A procedure by repository and lineage.
    Lineage(&'a str, &'a str),
    /// A revision by repository, commit and path.
    Revision(&'a str, &'a str, &'a str),
    /// Procedures by repository and the id that the file bears, held or not.
    Claim(&'a str, &'a str),
    /// Revisions by repository and each path that they name.
    AtPath(&'a str, &'a str),
    /// Procedures by a band of the sketch of their texts.
    Alike(&'a str),
    /// Revisions by repository and lineage.
    Revisions(&'a str, &'a str),
    /// A revision by repository, lineage and commit.
    Commit(&'a str, &'a str, &'a str),
    /// Revisions that deleted a procedure, by the id that it bore, or `path:` and its path.
    Gone(&'a str),
}

impl Handle<'_> {
    /// Ninety-six bits of SHA-256: nobody finds two names with the same.
    pub(super) fn hash(self) -> [u8; 12] {
        let (kind, parts) = match self {
            Handle::Path(repo, path) => ("path", [repo, path, ""]),
            Handle::Id(id) => ("id", [id, "", ""]),
            Handle::FormerId(id) => ("former-id", [id, "", ""]),
            Handle::Lineage(repo, lineage) => ("lineage", [repo, lineage, ""]),
            Handle::Revision(repo, commit, path) => ("revision", [repo, commit, path]),
            Handle::Claim(repo, id) => ("claim", [repo, id, ""]),
            Handle::AtPath(repo, path) => ("at-path", [repo, path, ""]),
            Handle::Alike(band) => ("alike", [band, "", ""]),
            Handle::Revisions(repo, lineage) => ("revisions", [repo, lineage, ""]),
            Handle::Commit(repo, lineage, commit) => ("commit", [repo, lineage, commit]),
            Handle::Gone(id) => ("gone", [id, "", ""]),
        };
        let mut hash = Sha256::new();
        hash.update(kind);
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut start = [0; 12];
        start.copy_from_slice(&hash.finalize()[..12]);
        start
    }
}

/// The names of the fast fields that are not facets.
pub(super) mod column {
    /// Repository, NUL, path: names a document and breaks ties.
    pub(in crate::index) const KEY: &str = "key";
    /// Id, blob, lineage and standing, parted by NUL.
    pub(in crate::index) const ROW: &str = "row";
    pub(in crate::index) const TITLE_KEY: &str = "title_key";
    pub(in crate::index) const UPDATED: &str = "updated";
    pub(in crate::index) const ORDER: &str = "order";
    /// How far each query looks back, in seconds.
    pub(in crate::index) const LOOK_BACK: &str = "look_back";
    /// The sketch of the text.
    pub(in crate::index) const SKETCH: &str = "sketch";
    /// When a revision was committed.
    pub(in crate::index) const MOMENT: &str = "moment";
}

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) handle: Field,
    pub(super) key: Field,
    pub(super) row: Field,
    pub(super) title_key: Field,
    pub(super) updated: Field,
    pub(super) fact: Field,
    pub(super) text: Field,
    pub(super) surface: Field,
    pub(super) title: Field,
    pub(super) attack: Field,
    pub(super) description: Field,
    pub(super) prose: Field,
    pub(super) code: Field,
    pub(super) query: Field,
    pub(super) look_back: Field,
    pub(super) sketch: Field,
    pub(super) facets: [Field; FACETS],
    /// The entry as JSON.
    pub(super) entry: Field,
    pub(super) stored_prose: Field,
    pub(super) stored_code: Field,
    pub(super) revision_fact: Field,
    pub(super) order: Field,
    pub(super) moment: Field,
    /// The revision as JSON.
    pub(super) revision: Field,
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexed = |tokenizer: &str, option| {
        TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option)
    };
    let exact = || {
        TextOptions::default()
            .set_indexing_options(indexed(RAW_TOKENIZER_NAME, IndexRecordOption::Basic).set_fieldnorms(false))
    };
    let column = || TextOptions::default().set_fast(RAW_TOKENIZER_NAME);
    let words = |option| TextOptions::default().set_indexing_options(indexed(encoded::TOKENIZER, option));
    let places = || {
        TextOptions::default()
            .set_indexing_options(indexed(encoded::TOKENIZER, IndexRecordOption::Basic).set_fieldnorms(false))
    };
    let positions = IndexRecordOption::WithFreqsAndPositions;

    let fields = Fields {
        handle: builder.add_bytes_field("handle", INDEXED),
        key: builder.add_text_field(column::KEY, column()),
        row: builder.add_text_field(column::ROW, column()),
        title_key: builder.add_text_field(column::TITLE_KEY, column()),
        updated: builder.add_i64_field(column::UPDATED, FAST),
        fact: builder.add_text_field("fact", exact()),
        text: builder.add_text_field("text", words(positions)),
        surface: builder.add_text_field("surface", places()),
        title: builder.add_text_field("title", words(positions)),
        attack: builder.add_text_field("attack", words(positions)),
        description: builder.add_text_field("description", words(positions)),
        prose: builder.add_text_field("prose", places()),
        code: builder.add_text_field("code", places()),
        query: builder.add_text_field("query", places()),
        look_back: builder.add_u64_field(column::LOOK_BACK, FAST),
        sketch: builder.add_u64_field(column::SKETCH, FAST),
        facets: std::array::from_fn(|slot| builder.add_text_field(&Facet::at(slot).column(), column())),
        entry: builder.add_text_field("entry", STORED),
        stored_prose: builder.add_text_field("stored_prose", STORED),
        stored_code: builder.add_text_field("stored_code", STORED),
        revision_fact: builder.add_text_field("revision_fact", exact()),
        order: builder.add_u64_field(column::ORDER, FAST),
        moment: builder.add_i64_field(column::MOMENT, FAST),
        revision: builder.add_text_field("revision", STORED),
    };
    (builder.build(), fields)
}

/// The tokenizers that the schema names.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(encoded::TOKENIZER, TextAnalyzer::from(encoded::EncodedTokenizer));
    manager
}
