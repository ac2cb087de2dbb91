//! The configurations in `deploy` are read as the engine reads them.

use super::super::*;

#[test]
fn every_configuration_that_is_deployed_is_accepted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    for directory in ["compose", "kubernetes", "systemd"] {
        let file = root.join(directory).join("ppob.toml");
        let loaded = load(Some(&file), Vec::new()).unwrap_or_else(|error| panic!("{error}"));
        assert!(!loaded.providers.is_empty(), "{directory} buys nowhere");
        assert!(!loaded.consumers.is_empty(), "nobody may call {directory}");
        // Beside a database or a file alike: a container that is thrown away takes the rest along.
        let sends = loaded.config.journal.sends.as_deref();
        assert_eq!(sends, Some(Path::new("/var/lib/ppob/sends")), "{directory}");
    }
}
