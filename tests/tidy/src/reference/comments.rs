//! What the comments of the protos say.

use std::collections::BTreeMap;

use ppob_api::error::Reason;
use protox::prost_reflect::{
    DescriptorPool, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FileDescriptor,
    MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

use super::PACKAGE;

/// Something in a proto file that has a comment.
pub(super) trait Commented {
    /// The file, and the place in it.
    fn place(&self) -> (FileDescriptor, Vec<i32>);

    /// Its comment as paragraphs.
    fn comment(&self) -> Vec<String> {
        let (file, path) = self.place();
        let locations = file.file_descriptor_proto().source_code_info.as_ref();
        let comment = locations
            .and_then(|info| info.location.iter().find(|location| location.path == path))
            .map_or("", |location| location.leading_comments());
        let lines: Vec<&str> = comment.lines().map(str::trim).collect();
        lines.split(|line| line.is_empty()).map(|lines| lines.join(" ")).collect()
    }

    /// Its comment in one line, for a cell of a table.
    fn cell(&self) -> String {
        self.comment().join(" ").replace('|', "\\|")
    }
}

macro_rules! commented {
    ($($kind:ty),*) => {
        $(impl Commented for $kind {
            fn place(&self) -> (FileDescriptor, Vec<i32>) {
                (self.parent_file(), self.path().to_vec())
            }
        })*
    };
}

commented!(MessageDescriptor, FieldDescriptor, EnumDescriptor, ServiceDescriptor, MethodDescriptor);

impl Commented for EnumValueDescriptor {
    fn place(&self) -> (FileDescriptor, Vec<i32>) {
        (self.parent_enum().parent_file(), self.path().to_vec())
    }
}

/// The files of our package, in the order of their names.
pub(super) fn files(pool: &DescriptorPool) -> Vec<FileDescriptor> {
    let mut files: Vec<FileDescriptor> =
        pool.files().filter(|file| file.package_name() == PACKAGE).collect();
    files.sort_by(|one, other| one.name().cmp(other.name()));
    files
}

/// For each reason the RPCs and services that list it, as links into `docs/API.md`.
pub(super) fn answered_by(pool: &DescriptorPool) -> BTreeMap<&'static str, Vec<String>> {
    let mut answered: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let services = files(pool).into_iter().flat_map(|file| file.services().collect::<Vec<_>>());
    for service in services {
        for reason in listed(&service) {
            let link = format!("any RPC of {}", link(service.name()));
            answered.entry(reason.word).or_default().push(link);
        }
        for method in service.methods() {
            for reason in listed(&method) {
                answered.entry(reason.word).or_default().push(link(method.name()));
            }
        }
    }
    answered
}

/// Words of the table of errors in a comment, each as a link to its explanation.
pub(super) fn with_reasons_linked(text: &str) -> String {
    let parts = text.split_inclusive(|letter: char| !is_of_word(letter));
    parts
        .map(|part| {
            let word = part.trim_end_matches(|letter| !is_of_word(letter));
            let after = part.split_at(word.len()).1;
            Reason::of(word).map_or_else(
                || part.to_owned(),
                |reason| format!("[{reason}](ERRORS.md#{}){after}", anchor(reason.word)),
            )
        })
        .collect()
}

/// The anchor of a heading that is one word.
pub(super) fn anchor(word: &str) -> String {
    word.to_lowercase()
}

fn link(name: &str) -> String {
    format!("[{name}](API.md#{})", anchor(name))
}

fn listed(commented: &impl Commented) -> Vec<&'static Reason> {
    let comment = commented.comment().join(" ");
    comment.split(|letter: char| !is_of_word(letter)).filter_map(Reason::of).collect()
}

const fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
