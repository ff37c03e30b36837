//! Taking back a change of a task.

use callboard_model::{Seq, TaskId};
use serde_json::{Value, json};

use super::Task;
use super::change::fields;
use crate::{LogKind, Result, StoreError, Write};

impl Write<'_> {
    /// Takes back the change of a task that the log row `seq` tells, as a change of its own.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if that row tells none; [`StoreError::Refused`] if the same has
    /// been changed again since.
    pub fn undo(&mut self, seq: Seq, by: &str) -> Result<Task> {
        let no_change = || StoreError::NotFound(format!("change {} of a task", seq.0));
        let row = self.view().log_row(seq)?.ok_or_else(no_change)?;
        let id: TaskId = row.subject.parse().map_err(|_| no_change())?;
        let was = row.body.get("before").and_then(Value::as_object).ok_or_else(no_change)?;
        let is = row.body.get("after").and_then(Value::as_object).ok_or_else(no_change)?;
        let before = self.task(id)?;
        if row.kind == LogKind::TASK_CREATED.word() {
            return self.delete_task(id, by);
        }
        let mut now = fields(&before)?;
        // A card's number may have changed to make room beside it.
        let changed_again = is.iter().any(|(k, v)| k != "position" && now.get(k) != Some(v));
        if changed_again {
            return Err(StoreError::Refused {
                text: format!("{id} has been changed again since"),
                hint: "look at it again, and take back what came later first",
            });
        }
        now.extend(was.iter().map(|(k, v)| (k.clone(), v.clone())));
        let task: Task =
            serde_json::from_value(Value::Object(now)).map_err(StoreError::unreadable("task"))?;
        let kind = match row.kind.as_str() {
            "task.moved" => LogKind::TASK_MOVED,
            "task.deleted" => LogKind::TASK_RESTORED,
            "task.restored" => LogKind::TASK_DELETED,
            "task.linked" => LogKind::TASK_UNLINKED,
            "task.unlinked" => LogKind::TASK_LINKED,
            _ => LogKind::TASK_CHANGED,
        };
        let task = self.save(&before, task, kind, by)?;
        self.log(LogKind::UNDONE, &id.to_string(), &json!({ "by": by, "seq": seq }))?;
        Ok(task)
    }
}
