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
//!
//! ~~~bad 5
//! # A hunt
//!
//! ```{code-cell} ipython3
//! from pickle import loads
//! print(loads(b""))
//! ```
//! ~~~

use crate::lint::code::{meant, stands_for};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("pickle-read", Group::Safety, Severity::Warning, check);

/// Calls that read pickles.
const READERS: [&str; 11] = [
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "_pickle.loads",
    "cPickle.load",
    "cPickle.loads",
    "dill.load",
    "dill.loads",
    "cloudpickle.load",
    "cloudpickle.loads",
    "joblib.load",
];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let stands_for = stands_for(subject.code());
    for code in subject.code() {
        for call in &code.calls {
            let name = meant(&stands_for, call);
            let reads = name.ends_with("read_pickle") || READERS.contains(&&*name);
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
