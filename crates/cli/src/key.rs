//! `ppob key …`.

mod api;
mod journal;

use crate::args::KeyCommand;
use crate::failure::Done;

pub(crate) fn key(command: KeyCommand) -> Done {
    match command {
        KeyCommand::New { name } => api::new(&name),
        KeyCommand::Rotate(file) => journal::rotate_keys(file),
        KeyCommand::Journal(options) => journal::new_key(&options),
    }
}
