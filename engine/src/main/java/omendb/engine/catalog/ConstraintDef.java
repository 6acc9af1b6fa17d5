package omendb.engine.catalog;

import java.util.List;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// A table constraint. NOT NULL is a property of [ColumnDef].
public sealed interface ConstraintDef {
    int oid();

    String name();

    /// Columns it speaks of, in the constraint's order.
    List<Integer> attnums();

    /// When it is checked.
    default Timing timing() {
        return Timing.IMMEDIATE;
    }

    /// The same under another name.
    ConstraintDef withName(String changed);

    /// Whether all rows are known to satisfy it (false = NOT VALID).
    default boolean validated() {
        return true;
    }

    /// The same at another time.
    default ConstraintDef withTiming(Timing timing) {
        throw new IllegalArgumentException("constraint " + name() + " cannot be deferrable");
    }

    /// When a constraint is checked, and whether SET CONSTRAINTS may change that.
    enum Timing {
        /// With the statement, always.
        IMMEDIATE,
        /// DEFERRABLE INITIALLY IMMEDIATE: at the statement's end.
        DEFERRABLE,
        /// DEFERRABLE INITIALLY DEFERRED: at the commit.
        DEFERRED;

        public boolean deferrable() {
            return this != IMMEDIATE;
        }

        /// As DEFERRABLE and INITIALLY DEFERRED say.
        public static Timing of(boolean deferrable, boolean initiallyDeferred) {
            return initiallyDeferred ? DEFERRED : deferrable ? DEFERRABLE : IMMEDIATE;
        }
    }

    /// PRIMARY KEY or UNIQUE, enforced by the unique index `indexOid`, which carries the constraint's name.
    record Key(int oid, String name, boolean primary, int indexOid, List<Integer> attnums, Timing timing)
            implements ConstraintDef {
        public Key {
            attnums = List.copyOf(attnums);
        }

        @Override
        public Key withName(String changed) {
            return new Key(oid, changed, primary, indexOid, attnums, timing);
        }

        @Override
        public Key withTiming(Timing changed) {
            return new Key(oid, name, primary, indexOid, attnums, changed);
        }
    }

    /// CHECK; `expressionSql` is text that the binder parses against the table's columns.
    ///
    /// @param validated false = NOT VALID: rows from before it have not been checked
    /// @param noInherit NO INHERIT
    record Check(
            int oid, String name, String expressionSql, List<Integer> attnums, boolean validated, boolean noInherit)
            implements ConstraintDef {
        public Check {
            attnums = List.copyOf(attnums);
        }

        public Check(int oid, String name, String expressionSql, List<Integer> attnums) {
            this(oid, name, expressionSql, attnums, true, false);
        }

        @Override
        public Check withName(String changed) {
            return new Check(oid, changed, expressionSql, attnums, validated, noInherit);
        }

        public Check withExpression(String sql) {
            return new Check(oid, name, sql, attnums, validated, noInherit);
        }

        public Check asValidated() {
            return new Check(oid, name, expressionSql, attnums, true, noInherit);
        }
    }

    /// What happens to referencing rows when the row they refer to goes or changes its key.
    enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }

    /// FOREIGN KEY.
    ///
    /// @param attnums     the referencing columns
    /// @param tableOid    the table referred to
    /// @param keyAttnums  its columns, one for each of `attnums`
    /// @param indexOid    its unique index over exactly those columns, in any order
    /// @param matchFull   MATCH FULL: all columns NULL or none; else MATCH SIMPLE
    /// @param setAttnums  what ON DELETE SET NULL or SET DEFAULT sets; empty = all
    /// @param validated   false = NOT VALID: rows from before it have not been checked
    record ForeignKey(
            int oid,
            String name,
            List<Integer> attnums,
            int tableOid,
            List<Integer> keyAttnums,
            int indexOid,
            boolean matchFull,
            Action onDelete,
            Action onUpdate,
            List<Integer> setAttnums,
            Timing timing,
            boolean validated)
            implements ConstraintDef {
        public ForeignKey {
            attnums = List.copyOf(attnums);
            keyAttnums = List.copyOf(keyAttnums);
            setAttnums = List.copyOf(setAttnums);
        }

        @Override
        public ForeignKey withName(String changed) {
            return new ForeignKey(
                    oid,
                    changed,
                    attnums,
                    tableOid,
                    keyAttnums,
                    indexOid,
                    matchFull,
                    onDelete,
                    onUpdate,
                    setAttnums,
                    timing,
                    validated);
        }

        /// The same relying on another index.
        public ForeignKey withIndex(int changed) {
            return new ForeignKey(
                    oid,
                    name,
                    attnums,
                    tableOid,
                    keyAttnums,
                    changed,
                    matchFull,
                    onDelete,
                    onUpdate,
                    setAttnums,
                    timing,
                    validated);
        }

        @Override
        public ForeignKey withTiming(Timing changed) {
            return new ForeignKey(
                    oid,
                    name,
                    attnums,
                    tableOid,
                    keyAttnums,
                    indexOid,
                    matchFull,
                    onDelete,
                    onUpdate,
                    setAttnums,
                    changed,
                    validated);
        }

        /// Whether a column of one type can refer to one of another: their values are stored alike.
        public static boolean comparable(SqlType type, SqlType keyType) {
            return type == keyType || (isInteger(type) && isInteger(keyType)) || (isText(type) && isText(keyType));
        }

        private static boolean isInteger(SqlType type) {
            return type == Types.INT2 || type == Types.INT4 || type == Types.INT8;
        }

        private static boolean isText(SqlType type) {
            return type == Types.TEXT || type == Types.VARCHAR;
        }

        public ForeignKey withOid(int newOid) {
            return new ForeignKey(
                    newOid,
                    name,
                    attnums,
                    tableOid,
                    keyAttnums,
                    indexOid,
                    matchFull,
                    onDelete,
                    onUpdate,
                    setAttnums,
                    timing,
                    validated);
        }

        public ForeignKey asValidated() {
            return new ForeignKey(
                    oid,
                    name,
                    attnums,
                    tableOid,
                    keyAttnums,
                    indexOid,
                    matchFull,
                    onDelete,
                    onUpdate,
                    setAttnums,
                    timing,
                    true);
        }
    }
}
