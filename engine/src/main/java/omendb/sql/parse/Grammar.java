package omendb.sql.parse;

/// The rules of PostgreSQL's grammar over one token stream, split by what they describe; rules reach each other
/// through here.
final class Grammar {
    final TokenCursor cursor;
    final TypeGrammar types;
    final ExpressionGrammar expressions;
    final PrimaryGrammar primaries;
    final FunctionGrammar functions;
    final QueryGrammar queries;
    final WindowGrammar windows;
    final FromGrammar from;
    final DmlGrammar dml;
    final TableGrammar tables;
    final ConstraintGrammar constraints;
    final AlterGrammar alters;
    final DefinitionGrammar definitions;
    final RoutineGrammar routines;
    final PrivilegeGrammar privileges;
    final ObjectGrammar objects;
    final RecognisedGrammar recognised;
    final UtilityGrammar utilities;
    final SettingGrammar settings;
    final StatementGrammar statements;

    Grammar(TokenList tokens) {
        this.cursor = new TokenCursor(tokens);
        this.types = new TypeGrammar(this);
        this.expressions = new ExpressionGrammar(this);
        this.primaries = new PrimaryGrammar(this);
        this.functions = new FunctionGrammar(this);
        this.queries = new QueryGrammar(this);
        this.windows = new WindowGrammar(this);
        this.from = new FromGrammar(this);
        this.dml = new DmlGrammar(this);
        this.tables = new TableGrammar(this);
        this.constraints = new ConstraintGrammar(this);
        this.alters = new AlterGrammar(this);
        this.definitions = new DefinitionGrammar(this);
        this.routines = new RoutineGrammar(this);
        this.privileges = new PrivilegeGrammar(this);
        this.objects = new ObjectGrammar(this);
        this.recognised = new RecognisedGrammar(this);
        this.utilities = new UtilityGrammar(this);
        this.settings = new SettingGrammar(this);
        this.statements = new StatementGrammar(this);
    }
}
