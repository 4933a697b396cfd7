//! # A pickle is read
//!
//! Loading a pickle runs whatever its author put into it. Read CSV, JSON or Parquet instead.
//!
//! ~~~bad 5
//! # A hunt
//!
//! ```{code-cell} ipython3
//! import pandas as pd
//! hosts = pd.read_pickle("hosts.pkl")
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("pickle-read", Group::Safety, Severity::Warning, check);

/// Calls that read pickles, by the last two parts of their names.
const READERS: [&str; 10] = [
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "cPickle.load",
    "cPickle.loads",
    "dill.load",
    "dill.loads",
    "cloudpickle.load",
    "cloudpickle.loads",
    "joblib.load",
];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for code in subject.code() {
        for call in &code.calls {
            let reads =
                call.method() == "read_pickle" || READERS.iter().any(|reader| call.name.ends_with(reader));
            if reads {
                found.in_cell(
                    code.cell,
                    call.at,
                    format!("`{}` runs whatever is in the file that it reads", call.name),
                    "read CSV, JSON or Parquet instead",
                );
            }
        }
    }
}
