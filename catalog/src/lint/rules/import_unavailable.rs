//! # A module that hunters do not have
//!
//! A team may list the packages of its hunting kernel (`lint.modules`). What a notebook imports besides them and the standard
//! library stops it at the import.

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use std::collections::HashSet;
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule::new("import-unavailable", Group::Code, Severity::Warning, check);

/// The standard library of Python 3.9 to 3.14, by the names of its modules (`sys.stdlib_module_names`).
const STANDARD: &str = "abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb \
    binascii binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections \
    colorsys compileall compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses \
    dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl \
    filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp \
    gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword \
    lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt \
    multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib \
    pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile \
    pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select \
    selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile \
    sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig \
    syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib \
    trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave \
    weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo __future__ __main__";

static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| STANDARD.split_whitespace().collect());

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let available = &subject.settings.modules;
    if available.is_empty() {
        return;
    }
    for code in subject.code() {
        for (module, at) in &code.imports {
            let known = available.iter().any(|one| one == module) || NAMES.contains(module.as_str());
            if !known {
                found.in_cell(
                    code.cell,
                    *at,
                    format!("the hunting kernel has no module `{module}`"),
                    "do without it, or have it installed and listed in `lint.modules`",
                );
            }
        }
    }
}
