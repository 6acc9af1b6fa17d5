/// Run-time settings (PostgreSQL's GUCs): definitions, validation in PostgreSQL's and pgvector's wording, and the
/// values
/// of one session with the rules of SET, SET LOCAL, RESET and rollback.
///
/// Front door: [Settings]. Definitions are recorded from PostgreSQL 15 (`engine/src/test/oracle/record_settings.sh`);
/// our own are in [SettingDefs]. Knows nothing of statements or transactions: the session says when one ends.
@NullMarked
package omendb.sql.setting;

import org.jspecify.annotations.NullMarked;
