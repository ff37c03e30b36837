//! Where a card goes in its column.

use callboard_model::task::Column;
use callboard_model::{TaskId, WorkspaceId};
use rusqlite::OptionalExtension;
use serde_json::json;

use crate::{LogKind, Result, StoreError, Write};

/// Room left between neighbours.
const STEP: f64 = 1024.0;
/// Closer neighbours are spaced anew: far above what numbers of this size can tell apart.
const CLOSEST: f64 = 1e-6;

impl Write<'_> {
    /// The number that puts a card at the end of a column, or before another card of it.
    pub(super) fn position(
        &mut self,
        workspace: WorkspaceId,
        column: Column,
        moved: Option<TaskId>,
        before: Option<TaskId>,
    ) -> Result<f64> {
        let cards = self.cards(workspace, column, moved)?;
        let Some(before) = before else {
            return Ok(cards.last().map_or(0.0, |(_, last)| last + STEP));
        };
        let at =
            cards.iter().position(|(id, _)| *id == before).ok_or_else(|| StoreError::Refused {
                text: format!("{before} is not in {}", column.title()),
                hint: "`callboard task list` shows which card is where",
            })?;
        let Some(above) = at.checked_sub(1) else { return Ok(cards[at].1 - STEP) };
        if cards[at].1 - cards[above].1 > CLOSEST {
            return Ok(f64::midpoint(cards[at].1, cards[above].1));
        }
        self.space(&cards)?;
        Ok((at as f64 - 0.5) * STEP)
    }

    fn cards(
        &self,
        workspace: WorkspaceId,
        column: Column,
        without: Option<TaskId>,
    ) -> Result<Vec<(TaskId, f64)>> {
        let mut statement = self.tx.prepare_cached(
            "SELECT id, position FROM task
             WHERE workspace = ?1 AND col = ?2 AND deleted_at IS NULL AND id IS NOT ?3
             ORDER BY position, id",
        )?;
        let rows = statement
            .query_map((workspace.0, column.word(), without.map(|id| id.0)), |row| {
                Ok((TaskId(row.get(0)?), row.get(1)?))
            })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn space(&mut self, cards: &[(TaskId, f64)]) -> Result<()> {
        for (at, (id, _)) in cards.iter().enumerate() {
            let position = at as f64 * STEP;
            self.tx
                .prepare_cached("UPDATE task SET position = ?2 WHERE id = ?1")?
                .execute((id.0, position))?;
            self.log(LogKind::TASK_SPACED, &id.to_string(), &json!({ "position": position }))?;
        }
        Ok(())
    }

    /// The card that follows `id` in its column, if it has a place there.
    pub(super) fn card_after(&self, id: TaskId) -> Result<Option<TaskId>> {
        Ok(self
            .tx
            .prepare_cached(
                "SELECT b.id FROM task a JOIN task b ON b.workspace = a.workspace AND b.col = a.col
                   AND b.deleted_at IS NULL AND (b.position, b.id) > (a.position, a.id)
                 WHERE a.id = ?1 ORDER BY b.position, b.id LIMIT 1",
            )?
            .query_row([id.0], |row| row.get(0).map(TaskId))
            .optional()?)
    }
}
