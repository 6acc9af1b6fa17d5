package omendb.sql.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import omendb.engine.type.TsVector;
import omendb.sql.text.TsMatcher.Answer;
import omendb.sql.text.TsMatcher.Places;
import org.jspecify.annotations.Nullable;

/// ts_rank_cd: cover density ranking (Clarke, Cormack, Tudhope, "Relevance Ranking for One to Three Term Queries",
/// 1999), as
/// PostgreSQL does it. Only lexemes with positions count.
public final class TsCoverDensity {
    /// Where a lexeme that the query names stands.
    private record Place(int stored, int entry, List<Integer> operands) {
        int position() {
            return TsVector.position(stored);
        }
    }

    private final CompiledQuery query;
    private final List<Place> places;
    private final boolean[] present;
    private final List<Places> seen = new ArrayList<>();

    /// The cover at hand: places `begin` to `end`, positions `from` to `to`.
    private int begin;

    private int end;
    private int from;
    private int to;
    private int next;

    private TsCoverDensity(long vector, CompiledQuery query) {
        this.query = query;
        this.places = places(vector, query);
        this.present = new boolean[query.operandCount()];
        for (int i = 0; i < present.length; i++) {
            seen.add(new Places());
        }
    }

    /// @param weights of D, C, B and A
    public static float rank(float[] weights, long vector, CompiledQuery query, int normalization) {
        if (query.root() == null) {
            return 0;
        }
        TsCoverDensity covers = new TsCoverDensity(vector, query);
        double rank = 0;
        double distances = 0;
        double centreBefore = 0;
        int count = 0;
        while (covers.findNext()) {
            rank += covers.density(weights);
            double centre = (covers.to + covers.from) / 2.0;
            if (count > 0 && centre > centreBefore) {
                distances += 1.0 / (centre - centreBefore);
            }
            centreBefore = centre;
            count++;
        }
        int lexemes = TsVector.count(vector);
        if ((normalization & TsRank.BY_LOG_LENGTH) != 0 && lexemes > 0) {
            rank /= Math.log(TsRank.length(vector) + 1.0);
        }
        if ((normalization & TsRank.BY_LENGTH) != 0 && lexemes > 0) {
            rank /= TsRank.length(vector);
        }
        if ((normalization & TsRank.BY_EXTENT_DISTANCE) != 0 && count > 0 && distances > 0) {
            rank /= count / distances;
        }
        if ((normalization & TsRank.BY_UNIQUE) != 0 && lexemes > 0) {
            rank /= lexemes;
        }
        if ((normalization & TsRank.BY_LOG_UNIQUE) != 0 && lexemes > 0) {
            rank /= Math.log(lexemes + 1.0) / Math.log(2.0);
        }
        if ((normalization & TsRank.BY_ITSELF_PLUS_ONE) != 0) {
            rank /= rank + 1;
        }
        return (float) rank;
    }

    private double density(float[] weights) {
        double inverse = 0;
        for (int i = begin; i <= end; i++) {
            inverse += 1.0 / weights[TsVector.weight(places.get(i).stored)];
        }
        int noise = to - from - (end - begin);
        if (noise < 0) {
            noise = (end - begin) / 2; // positions that did not fit
        }
        return (end - begin + 1) / inverse / (1.0 + noise);
    }

    private static List<Place> places(long vector, CompiledQuery query) {
        List<Place> found = new ArrayList<>();
        for (int operand = 0; operand < query.operandCount(); operand++) {
            CompiledQuery.Range range = query.entries(vector, operand);
            int weights = query.operand(operand).weights();
            for (int n = 0; range != null && n < range.count(); n++) {
                int entry = range.first() + n;
                for (int i = 0; i < TsVector.positionCount(vector, entry); i++) {
                    int stored = TsVector.stored(vector, entry, i);
                    if (weights == 0 || (weights >> TsVector.weight(stored) & 1) != 0) {
                        found.add(new Place(stored, entry, List.of(operand)));
                    }
                }
            }
        }
        found.sort(Comparator.comparingInt(Place::position)
                .thenComparingInt(place -> TsVector.weight(place.stored))
                .thenComparingInt(Place::entry));
        List<Place> joined = new ArrayList<>();
        for (Place place : found) {
            Place last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.stored == place.stored && last.entry == place.entry) {
                List<Integer> operands = new ArrayList<>(last.operands);
                operands.addAll(place.operands);
                joined.set(joined.size() - 1, new Place(last.stored, last.entry, operands));
            } else {
                joined.add(place);
            }
        }
        return joined;
    }

    /// The next shortest stretch that satisfies the query.
    private boolean findNext() {
        while (true) {
            to = 0;
            from = Integer.MAX_VALUE;
            if (!findEnd()) {
                return false;
            }
            int at = findBegin();
            if (from <= to) {
                next = at + 1;
                return true;
            }
            next++;
        }
    }

    private boolean findEnd() {
        reset();
        for (int i = next; i < places.size(); i++) {
            see(places.get(i), false);
            if (satisfied()) {
                if (places.get(i).position() > to) {
                    to = places.get(i).position();
                    end = i;
                    return true;
                }
                return false;
            }
        }
        return false;
    }

    /// Where the walk back from the end stopped.
    private int findBegin() {
        reset();
        for (int i = end; i >= next; i--) {
            see(places.get(i), true);
            if (satisfied()) {
                if (places.get(i).position() < from) {
                    begin = i;
                    from = places.get(i).position();
                }
                return i;
            }
        }
        return next - 1;
    }

    private void reset() {
        java.util.Arrays.fill(present, false);
        seen.forEach(place -> place.count = 0);
    }

    private void see(Place place, boolean backward) {
        for (int operand : place.operands) {
            present[operand] = true;
            Places known = seen.get(operand);
            int position = place.position();
            int last = known.count == 0 ? -1 : backward ? known.positions[0] : known.positions[known.count - 1];
            if (position == last) {
                continue;
            }
            known.add(position);
            if (backward) {
                System.arraycopy(known.positions, 0, known.positions, 1, known.count - 1);
                known.positions[0] = position;
            }
        }
    }

    private boolean satisfied() {
        return TsMatcher.matches(query, this::find);
    }

    private Answer find(int operand, @Nullable Places out) {
        if (!present[operand]) {
            return Answer.NO;
        }
        if (out != null) {
            Places known = seen.get(operand);
            for (int i = 0; i < known.count; i++) {
                out.add(known.positions[i]);
            }
        }
        return Answer.YES;
    }
}
