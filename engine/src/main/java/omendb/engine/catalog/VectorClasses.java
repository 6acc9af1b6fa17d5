package omendb.engine.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import omendb.ann.Distance;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// pgvector's operator classes of vector indexes.
public final class VectorClasses {
    /// An operator class.
    ///
    /// @param name     as CREATE INDEX writes it
    /// @param type     of the key
    /// @param distance that the index orders by
    /// @param lists    whether ivfflat has it too
    public record VectorClass(String name, SqlType type, Distance distance, boolean lists) {}

    /// pgvector has a default for ivfflat alone.
    public static final String IVFFLAT_DEFAULT = "vector_l2_ops";

    private static final List<VectorClass> ALL = all();
    private static final Map<String, VectorClass> BY_NAME = new TreeMap<>();

    static {
        ALL.forEach(each -> BY_NAME.put(each.name(), each));
    }

    private VectorClasses() {}

    private static List<VectorClass> all() {
        List<VectorClass> all = new ArrayList<>();
        for (SqlType type : List.of(Types.VECTOR, Types.HALFVEC, Types.SPARSEVEC)) {
            boolean lists = type != Types.SPARSEVEC;
            all.add(new VectorClass(type.name() + "_l2_ops", type, Distance.L2, lists));
            all.add(new VectorClass(type.name() + "_ip_ops", type, Distance.INNER_PRODUCT, lists));
            all.add(new VectorClass(type.name() + "_cosine_ops", type, Distance.COSINE, lists));
            all.add(new VectorClass(type.name() + "_l1_ops", type, Distance.L1, false));
        }
        all.add(new VectorClass("bit_hamming_ops", Types.BIT, Distance.HAMMING, true));
        all.add(new VectorClass("bit_jaccard_ops", Types.BIT, Distance.JACCARD, false));
        return List.copyOf(all);
    }

    /// All of them, in a fixed order.
    public static List<VectorClass> list() {
        return ALL;
    }

    /// The class of a name, or null.
    public static @Nullable VectorClass find(String name) {
        return BY_NAME.get(name);
    }

    /// The class of a name that an access method has, or null.
    public static @Nullable VectorClass find(String method, String name) {
        VectorClass known = BY_NAME.get(name);
        return known == null || (method.equals(IndexDef.IVFFLAT) && !known.lists()) ? null : known;
    }

    /// The class that an access method takes where none is written, or null.
    public static @Nullable String byDefault(String method, SqlType type) {
        return method.equals(IndexDef.IVFFLAT) && type == Types.VECTOR ? IVFFLAT_DEFAULT : null;
    }

    /// The distance of a class, or null if there is none of that name.
    public static @Nullable Distance distance(String name) {
        VectorClass known = BY_NAME.get(name);
        return known == null ? null : known.distance();
    }
}
