//! Test programs with a `main` of their own, for their children are the program itself.

#![allow(clippy::print_stdout, reason = "a test runner reads it")]

use std::process::ExitCode;
use std::time::Instant;

/// Tests of such a program, by their names.
macro_rules! tests {
    ($($($part:ident)::+)*) => {
        const TESTS: &[$crate::mirror_fixture::program::Test] = &[$((stringify!($($part)::+), $($part)::+)),*];
    };
}

pub(crate) type Test = (&'static str, fn());

/// What the test runner asks of a program whose first argument is no child's: to list its tests, or to run those whose name holds
/// the argument, one after the other.
pub(crate) fn list_or_run(tests: &[Test], argument: Option<&str>) -> ExitCode {
    if argument == Some("--list") {
        for (name, _) in tests {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let filter = argument.unwrap_or_default().trim_start_matches('-');
    let mut failed = 0;
    for (name, test) in tests.iter().filter(|(name, _)| name.contains(filter)) {
        let started = Instant::now();
        let passed = std::panic::catch_unwind(test).is_ok();
        failed += usize::from(!passed);
        let seconds = started.elapsed().as_secs_f32();
        println!("test {name} ... {} in {seconds:.1} s", if passed { "ok" } else { "FAILED" });
    }
    ExitCode::from(u8::from(failed > 0))
}
