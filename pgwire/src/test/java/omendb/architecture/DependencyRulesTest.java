package omendb.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The direction of dependencies, for the whole project: what modules and visibility cannot say.
///
///     memory  <-  wal, ann  <-  engine  <-  sql  <-  pgwire
///
/// Inside engine: error <- type <- lsm, alex <- txn <- catalog <- table, vector <- engine (Database).
class DependencyRulesTest {
    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/test-classes/")) // of the quick profile
                .importPackages("omendb");
        Assertions.assertTrue(
                classes.size() > 100, "only " + classes.size() + " classes found: is the class path whole?");
    }

    /// Package -> packages of ours it may use besides itself; a package that is not named may use all.
    private static final Map<String, String[]> MAY_USE = Map.ofEntries(
            Map.entry("omendb.memory..", new String[] {}),
            Map.entry("omendb.wal..", new String[] {"omendb.memory.."}),
            Map.entry("omendb.ann..", new String[] {"omendb.memory.."}),
            Map.entry("omendb.engine.error..", new String[] {}),
            Map.entry("omendb.engine.type..", new String[] {"omendb.memory..", "omendb.engine.error.."}),
            Map.entry(
                    "omendb.engine.lsm..",
                    new String[] {"omendb.memory..", "omendb.engine.error..", "omendb.engine.type.."}),
            Map.entry("omendb.engine.alex..", new String[] {"omendb.memory.."}),
            Map.entry("omendb.engine..", new String[] {"omendb.memory..", "omendb.wal..", "omendb.ann.."}),
            Map.entry("omendb.sql..", new String[] {"omendb.memory..", "omendb.ann..", "omendb.engine.."}),
            Map.entry("omendb.pgwire..", new String[] {
                "omendb.sql..",
                "omendb.engine",
                "omendb.engine.type..",
                "omendb.engine.error..",
                "omendb.ann",
                "omendb.memory"
            }));

    @TestFactory
    Stream<DynamicTest> a_package_uses_only_what_lies_below_it() {
        return MAY_USE.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> onlyUses(entry.getKey(), entry.getValue()).check(classes)));
    }

    private static ArchRule onlyUses(String from, String[] allowed) {
        String[] permitted = Stream.concat(Stream.of(from), Stream.of(allowed)).toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(resideInAnyPackage("omendb..").and(resideOutsideOfPackages(permitted)))
                .allowEmptyShould(true);
    }

    @Test
    void inside_the_engine_nothing_looks_up() {
        String[] order = {
            "omendb.engine.error",
            "omendb.engine.type",
            "omendb.engine.lsm",
            "omendb.engine.alex",
            "omendb.engine.txn",
            "omendb.engine.catalog",
            "omendb.engine.table",
            "omendb.engine"
        };
        for (int low = 0; low < order.length; low++) {
            for (int high = low + 1; high < order.length; high++) {
                noClasses()
                        .that()
                        .resideInAPackage(order[low])
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(order[high])
                        .allowEmptyShould(true)
                        .check(classes);
            }
        }
    }

    @Test
    void packages_form_no_cycles() {
        slices().matching("omendb.(*)..").should().beFreeOfCycles().check(classes);
        slices().matching("omendb.engine.(*)").should().beFreeOfCycles().check(classes);
        slices().matching("omendb.pgwire.(*)").should().beFreeOfCycles().check(classes);
    }

    @TestFactory
    Stream<DynamicTest> foreign_libraries_stay_behind_one_package() {
        Map<String, String> homes = Map.of(
                "net.sf.jsqlparser..", "omendb.sql.parse..",
                "io.netty..", "omendb.pgwire..",
                "picocli..", "omendb.pgwire..",
                "jdk.incubator.vector..", "omendb.ann.kernel..",
                "net.openhft..", "omendb.wal..");
        return homes.entrySet().stream()
                .map(home -> DynamicTest.dynamicTest(
                        home.getKey() + " only in " + home.getValue(),
                        () -> noClasses()
                                .that()
                                .resideOutsideOfPackage(home.getValue())
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(home.getKey())
                                .check(classes)));
    }

    @Test
    void internals_of_the_jdk_are_nobodys_business() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal..")
                .check(classes);
    }

    @Test
    void nobody_sleeps_or_interrupts_another_thread() {
        noClasses()
                .should()
                .callMethodWhere(JavaAccess.Predicates.target(owner(type(Thread.class)))
                        .and(JavaAccess.Predicates.target(name("sleep"))))
                .check(classes);
        noClasses()
                .should()
                .callMethodWhere(JavaAccess.Predicates.target(owner(type(Thread.class)))
                        .and(JavaAccess.Predicates.target(name("interrupt")))
                        .and(notOnItself()))
                .check(classes);
    }

    /// `Thread.currentThread().interrupt()` restores a flag; that is right wherever it stands in a catch.
    private static com.tngtech.archunit.base.DescribedPredicate<JavaAccess<?>> notOnItself() {
        return com.tngtech.archunit.base.DescribedPredicate.describe(
                "on another thread",
                access -> access.getOrigin().getMethodCallsFromSelf().stream()
                        .noneMatch(call -> call.getName().equals("currentThread")
                                && call.getLineNumber() == access.getLineNumber()));
    }

    /// Memory without an owner or without bounds: each of these classes says why it may.
    @Test
    void unbounded_and_immortal_memory_only_where_listed() {
        noClasses()
                .that()
                .haveNameNotMatching("omendb\\.(memory\\.(NativeFile|NativeMemory)|ann\\.kernel\\.Everything)(\\$.*)?")
                .should()
                .callMethodWhere(JavaAccess.Predicates.target(owner(type(MemorySegment.class)))
                        .and(JavaAccess.Predicates.target(name("reinterpret"))))
                .check(classes);
        noClasses()
                .that()
                .haveNameNotMatching("omendb\\.memory\\.(Libc|NativeMemory|MemoryAccount)(\\$.*)?")
                .should()
                .callMethodWhere(JavaAccess.Predicates.target(owner(type(Arena.class)))
                        .and(JavaAccess.Predicates.target(nameMatching("global|ofAuto"))))
                .check(classes);
    }

    @Test
    void only_the_command_line_ends_the_process() {
        classes()
                .that()
                .haveNameNotMatching("omendb\\.pgwire\\.(Main|ServerProcess)|omendb\\.(torture|jmh)\\..*")
                .should(com.tngtech.archunit.lang.conditions.ArchConditions.never(
                        com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere(
                                JavaAccess.Predicates.target(owner(type(System.class)))
                                        .and(JavaAccess.Predicates.target(name("exit"))))))
                .check(classes);
        noClasses()
                .that()
                .haveNameNotMatching("omendb\\.pgwire\\.ServerProcess")
                .should()
                .callMethod(Runtime.class, "halt", int.class)
                .check(classes);
    }
}
