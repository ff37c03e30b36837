//! Readings, as they are kept.

use callboard_model::SessionId;
use callboard_model::reading::Reading;
use callboard_store::Durability;

use super::Core;
use crate::EngineError;

impl Core {
    pub(crate) fn put_reading(&mut self, reading: &Reading) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| w.put_reading(reading))?;
        Ok(())
    }

    pub(crate) fn reading_changed(&mut self, session: SessionId) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| w.reading_changed(session))?;
        Ok(())
    }
}
