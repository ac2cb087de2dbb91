//! What is in memory stays there.

/// No core dumps, and no other process of this user may read this one's memory: it holds passwords, keys
/// and customers' data. Where the system has no such switch, the system's own setting stays.
///
/// `RLIMIT_CORE` would not do: a dump that is piped to a program ignores it.
pub(crate) fn keep_private() -> std::io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn a_process_that_keeps_its_memory_private_cannot_be_dumped() {
        keep_private().unwrap();
        assert!(matches!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable));
    }
}
