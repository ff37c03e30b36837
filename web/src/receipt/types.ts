// The page's names for the parts of a receipt, as the OpenAPI document has them: what has no value is
// left out, or is `null`.

import type * as schema from '../api/schema'

export type {
  Artefact,
  Asked,
  Case,
  Checked,
  CheckKind,
  ChildLine,
  Ci,
  CitedSource,
  ClaimLine,
  CommandLine,
  Confinement,
  Criterion,
  FolderChange,
  Hold,
  LookFirst,
  Moved,
  Omission,
  Omitted,
  Outward,
  OutwardKind,
  Proof,
  Request,
  Risk,
  SessionLine,
  SourcesUsed,
  Spot,
  Standing,
  TableChange,
  TestStanding,
  Unproven,
  UnprovenKind,
  Verdict,
  Weight,
  Work,
} from '../api/schema'

/** Which code with which tests: the first word is the code, the second the tests. */
export type Corner = keyof schema.GridCell
/** Something for each combination. */
export type Grid<T> = Record<Corner, T>

export type Cell = schema.GridCell[Corner]
export type Seen = schema.GridSeen[Corner]
