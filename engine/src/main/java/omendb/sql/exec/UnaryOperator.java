package omendb.sql.exec;

import omendb.engine.type.Batch;

/// An operator with one input.
abstract class UnaryOperator extends Operator {
    private final Operator input;
    private final boolean ownsBatch;

    /// @param out a batch of its own, or the input's if it works in place
    UnaryOperator(ExecutionContext context, Operator input, Batch out) {
        super(context, out);
        this.input = input;
        this.ownsBatch = out != input.out();
    }

    final Operator input() {
        return input;
    }

    @Override
    void start() {
        input.open();
    }

    @Override
    void finish() {
        input.finish();
    }

    @Override
    void setTimed(boolean on) {
        super.setTimed(on);
        input.setTimed(on);
    }

    @Override
    public void close() {
        input.close();
        if (ownsBatch) {
            super.close();
        }
    }
}
