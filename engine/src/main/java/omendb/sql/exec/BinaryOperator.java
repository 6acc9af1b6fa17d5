package omendb.sql.exec;

import omendb.engine.type.Batch;

/// An operator with two inputs.
abstract class BinaryOperator extends Operator {
    private final Operator left;
    private final Operator right;

    BinaryOperator(ExecutionContext context, Operator left, Operator right, Batch out) {
        super(context, out);
        this.left = left;
        this.right = right;
    }

    final Operator left() {
        return left;
    }

    final Operator right() {
        return right;
    }

    @Override
    void setTimed(boolean on) {
        super.setTimed(on);
        left.setTimed(on);
        right.setTimed(on);
    }

    @Override
    void finish() {
        left.finish();
        right.finish();
    }

    /// Frees the inputs and the batch, unless that is an input's own.
    @Override
    public void close() {
        if (out() == left.out()) {
            finish();
        } else {
            super.close();
        }
        left.close();
        right.close();
    }
}
