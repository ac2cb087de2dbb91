//! Opening a journal.

use std::sync::Arc;

use ppob_journal::Opened;
use ppob_journal_durable::sends::SendJournal;
use ppob_journal_durable::serials::Serials;
use tokio::sync::Mutex;

use super::PostgresJournal;
use crate::connect::{Connector, Purpose};
use crate::lost::LostSignal;
use crate::open::{
    WriteConnection, begin_epoch, check_server, has_arrived, head, high_water, identity,
};
use crate::owner::Owner;
use crate::reader::Readers;
use crate::remembered::remember;
use crate::writer::{Writer, WriterParts};
use crate::{OpenError, PostgresSettings, identity as sends_identity, keys, migrate};

impl PostgresJournal {
    /// Opens the journal: looks at the server, brings the schema up to date, and puts in doubt again what
    /// the send journal shows and the database has forgotten.
    ///
    /// # Errors
    /// [`OpenError`]: what is wrong and what to do about it.
    ///
    /// # Cancel safety
    /// An opening that is dropped leaves the journal as it was, or opened and closed.
    pub async fn open(settings: &PostgresSettings) -> Result<Self, OpenError> {
        let connector = Connector::new(settings)?;
        let lost = Arc::new(LostSignal::default());
        let mut opening = connector.connect(Purpose::Opening).await?;
        check_server(&opening.client).await?;
        let owner = Owner::take(&connector, Arc::clone(&lost)).await?;
        migrate::migrate(&mut opening.client).await?;
        has_arrived(&opening.client).await?;
        let seal = keys::unlock(&mut opening.client, &settings.keys).await?;
        let journal = identity(&opening.client).await?;
        let epoch = begin_epoch(&opening.client).await?;
        let directory = &settings.sends_directory;
        let mut sends = SendJournal::open(directory, &settings.sends, &settings.keys)
            .map_err(|cause| OpenError::Sends { directory: directory.clone(), cause })?;
        let named = sends_identity::name(&opening.client, directory, &journal).await?;
        let readers =
            Readers::new(&connector, settings.readers, &journal).map_err(OpenError::Unreachable)?;
        let mut connection = WriteConnection::new(connector, journal);
        remember(&mut connection, &readers, &seal, epoch, &named, &mut sends).await?;
        // Sends that were forgotten may be later than everything in the database.
        let time_high_water = high_water(&opening.client).await?;
        let head = head(&opening.client).await?;
        opening.close().await;
        let writer = Writer::start(WriterParts {
            connection,
            seal: seal.clone(),
            epoch,
            sends,
            sends_name: named.name,
            head,
            lost: Arc::clone(&lost),
        });
        Ok(Self {
            opened: Opened { owner_epoch: epoch, time_high_water },
            seal,
            writer,
            readers,
            serials: Serials::new(),
            owner: Mutex::new(Some(owner)),
            lost,
        })
    }
}
