//! The crates of the workspace and what they depend on, as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use ppob_tidy::repository_root;
use serde_json::Value;

/// The crates and their dependencies.
pub(crate) struct Workspace {
    /// Crates of ours by name, and the directory of each, relative to the root.
    pub(crate) members: BTreeMap<String, String>,
    /// Id to name, of every crate there is.
    names: BTreeMap<String, String>,
    ids: BTreeMap<String, String>,
    edges: BTreeMap<String, Vec<Edge>>,
}

struct Edge {
    to: String,
    normal: bool,
}

static WORKSPACE: LazyLock<Workspace> = LazyLock::new(Workspace::read);

/// The workspace.
pub(crate) fn workspace() -> &'static Workspace {
    &WORKSPACE
}

impl Workspace {
    /// The crates of ours that `name` imports directly; with `also_tests`, for its tests too.
    pub(crate) fn imports(&self, name: &str, also_tests: bool) -> BTreeSet<&str> {
        let edges = self.edges.get(&self.ids[name]).into_iter().flatten();
        edges
            .filter(|edge| edge.normal || also_tests)
            .map(|edge| self.names[&edge.to].as_str())
            .filter(|import| self.members.contains_key(*import))
            .collect()
    }

    /// Every crate that `name` links, over any number of steps.
    pub(crate) fn reaches(&self, name: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![self.ids[name].as_str()];
        while let Some(id) = open.pop() {
            for edge in self.edges.get(id).into_iter().flatten() {
                if edge.normal && reached.insert(edge.to.as_str()) {
                    open.push(&edge.to);
                }
            }
        }
        reached.into_iter().map(|id| self.names[id].as_str()).collect()
    }

    fn read() -> Self {
        let metadata = metadata();
        let root = repository_root().canonicalize().expect("the root of the repository");
        let mut this = Self {
            members: BTreeMap::new(),
            names: BTreeMap::new(),
            ids: BTreeMap::new(),
            edges: BTreeMap::new(),
        };
        let ours: BTreeSet<&str> =
            list(&metadata["workspace_members"]).filter_map(Value::as_str).collect();
        for package in list(&metadata["packages"]) {
            let (id, name) = (string(&package["id"]), string(&package["name"]));
            if ours.contains(id.as_str()) {
                let manifest = string(&package["manifest_path"]);
                let dir = manifest.trim_end_matches("/Cargo.toml");
                let dir = dir.trim_start_matches(&*root.to_string_lossy());
                let dir = dir.trim_start_matches('/').to_owned();
                this.members.insert(name.clone(), dir);
                this.ids.insert(name.clone(), id.clone());
            }
            this.names.insert(id, name);
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let edges = list(&node["deps"]).map(|dependency| Edge {
                to: string(&dependency["pkg"]),
                normal: list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()),
            });
            this.edges.insert(string(&node["id"]), edges.collect());
        }
        assert!(this.members.len() > 10, "cargo metadata was misread");
        this
    }
}

/// For this machine's platform, so that no crate of another one has to be fetched.
fn metadata() -> Value {
    let version = run(&["-vV"]);
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    let json = run(&["metadata", "--format-version=1", "--locked", "--filter-platform", host]);
    serde_json::from_str(&json).expect("cargo metadata prints JSON")
}

fn run(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(repository_root())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
