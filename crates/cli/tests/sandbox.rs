//! The real binary: a sandbox, a walk through it, and its end.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// Killed if a test ends early.
struct Sandbox {
    child: Child,
    directory: TempDir,
    told: String,
}

impl Sandbox {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut child = ppob()
            .args(["sandbox", "--port", "0", "--write-addresses"])
            .arg(directory.path().join("addresses.json"))
            // The file that demo looks for belongs to the people who use this machine.
            .env("TMPDIR", directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = String::new();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap());
        while !told.ends_with("Ctrl-C ends it.\n") {
            let read = lines.read_line(&mut told).unwrap();
            assert!(read > 0, "the sandbox ended: {told}");
        }
        Self { child, directory, told }
    }

    fn addresses(&self) -> std::path::PathBuf {
        self.directory.path().join("addresses.json")
    }

    fn address(&self) -> String {
        let text = std::fs::read_to_string(self.addresses()).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        read["api"].as_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        ppob().args(arguments).env("PPOB_ADDRESS", self.address()).output().unwrap()
    }

    /// Asks it to end and waits for that.
    fn end(mut self) -> std::process::ExitStatus {
        let killed =
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn ppob() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ppob"));
    // Configuration, the command line's, and what the tests have there for themselves.
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("PPOB_") {
            command.env_remove(variable);
        }
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_demo_can_be_walked_twice_and_the_sandbox_ends_when_asked() {
    let sandbox = Sandbox::start();
    assert!(sandbox.told.contains("SIMULASI"), "{}", sandbox.told);
    for _ in 0..2 {
        let walked =
            ppob().args(["demo", "--addresses"]).arg(sandbox.addresses()).output().unwrap();
        let told = text(&walked.stdout);
        assert!(walked.status.success(), "{told}\n{}", text(&walked.stderr));
        assert!(told.ends_with("Every step held.\n"), "{told}");
    }
    let directory = sandbox.directory.path().to_owned();
    assert!(directory.join("ppob-sandbox.json").exists());
    let written = sandbox.addresses();
    assert!(sandbox.end().success());
    assert!(!written.exists());
}

#[test]
fn exit_codes_tell_scripts_what_became_of_a_payment() {
    let sandbox = Sandbox::start();
    let exit = |arguments: &[&str]| {
        let output = sandbox.run(arguments);
        (output.status.code().expect("an exit code"), output)
    };
    let id = "pay-e2e-0001";
    let (code, paid) = exit(&["pay", "PLN-PREPAID-20000", "530000009999", "--id", id, "--json"]);
    let payment: serde_json::Value = serde_json::from_slice(&paid.stdout).unwrap();
    assert_eq!(code, 0, "{payment}");
    assert_eq!(payment["state"], "PAYMENT_STATE_SUCCEEDED");
    assert_eq!(payment["receipt"]["simulated"], true);
    assert!(text(&paid.stderr).contains(id), "the id is told before anything is sent");

    let (code, again) = exit(&["pay", "PLN-PREPAID-20000", "530000009999"]);
    assert_eq!(code, 1, "an equal payment needs --repeat");
    let told = text(&again.stderr);
    assert!(told.contains("(REPEAT_NEEDED)") && told.contains("--repeat 1"), "{told}");

    let (code, _) = exit(&["pay", "PLN-PREPAID-20000"]);
    assert_eq!(code, 2, "the number is missing");
    let (code, refused) = exit(&["pay", "PLN-PREPAID-20000", "530000000301"]);
    assert_eq!(code, 3, "{}", text(&refused.stdout));
    assert!(text(&refused.stdout).contains("Nothing was paid"), "{}", text(&refused.stdout));
    let lost = ["pay", "PLN-PREPAID-20000", "530000000201", "--wait", "1s"];
    let (code, lost) = exit(&lost);
    assert_eq!(code, 4, "{}", text(&lost.stdout));
    assert!(!text(&lost.stdout).contains("LUNAS"), "{}", text(&lost.stdout));
    assert!(sandbox.end().success());
}

#[test]
fn an_engine_that_is_not_there_is_told_as_such() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let output = ppob()
        .args(["pay", "PLN-PREPAID-20000", "530000001234", "--address", &address])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("nothing was sent by this command"));
}

#[test]
fn a_sandbox_refuses_a_configuration_with_a_real_provider() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ppob.toml");
    let real = "[[provider]]\nname = \"mmbc-jkt\"\nkind = \"mmbc\"\n\
                base_url = \"https://provider.example/json/ppob/\"\n";
    std::fs::write(&file, real).unwrap();
    let output = sandbox_with(&file);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(told.contains("`mmbc-jkt` is not on this machine"), "{told}");
}

fn sandbox_with(file: &Path) -> Output {
    let mut child = ppob()
        .args(["sandbox", "--port", "0", "--config"])
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It must end by itself before it tells anything.
    let mut stdout = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    assert_eq!(text(&stdout), "");
    child.wait_with_output().unwrap()
}
