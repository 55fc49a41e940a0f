using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>A generated mutation of a record: what the SDL says of it, with what its type's <see cref="EntityRules"/> add.</summary>
/// <param name="mutation">The mutation.</param>
/// <param name="rules">The rules of each type.</param>
/// <param name="input">Its coerced input.</param>
/// <param name="caller">Whose it is.</param>
internal sealed partial class EntityChange(MutationModel mutation, EntityRuleBook rules, ArgumentValues input, Caller caller) : InputChange(mutation.Name, input, caller)
{
    private readonly EntityRules _rules = rules.For(mutation.Entity.Table.TypeName);
    private Dictionary<string, object?>? _present;
    private long _deletion;

    public MutationModel Mutation => mutation;

    public MutationKind Kind => mutation.Kind;

    public WritableModel Entity => mutation.Entity;

    public TableModel Table => mutation.Entity.Table;

    /// <summary>The record's key.</summary>
    public long Key => Answer;

    /// <summary>What is written, by column.</summary>
    public OrderedDictionary<string, ColumnValue> Columns { get; } = new(StringComparer.Ordinal);

    /// <summary>The names and texts to write, by input.</summary>
    public Dictionary<string, KeyText[]> Pairs { get; } = new(StringComparer.Ordinal);

    /// <summary>A column of the record as it is; null if there is none, or if it is null.</summary>
    public object? Present(string column) => _present?.GetValueOrDefault(column);

    /// <summary>Whether the input has the field, null included.</summary>
    public bool IsGiven(string name) => Input.TryGet(name, out _);

    public override void Prepare()
    {
        CheckToken();
        ReadFields();
        if (Kind != MutationKind.Create)
            Answer = GivenKey(Entity.KeyInput, Entity.KeyType);
        else if (Entity.IsPart)
            Answer = GivenKey(Entity.KeyInput, Entity.KeyType);
        else
            Ask(new Statement("SELECT nextval(pg_get_serial_sequence(").Bind(Table.Table).Add(", ").Bind(Entity.KeyColumn).Add("))"), row => Answer = row.GetInt64(0));
        _rules.Prepare(this);
        AskReferences();
        if (Kind == MutationKind.Restore)
            AskParents();
        _rules.Lock(this);
        if (Kind != MutationKind.Create)
            AskPresent();
        if (Kind is MutationKind.Create or MutationKind.Update)
            AskUnique();
        if (Kind is MutationKind.Delete)
            Ask(new Statement("SELECT nextval('deletion')"), row => _deletion = row.GetInt64(0));
        if (Kind is MutationKind.Delete or MutationKind.Restore)
        {
            foreach (var relation in Entity.Cascade)
                rules.For(relation.Target.TypeName).LockDependents(this, relation);
        }

        if (Kind == MutationKind.Delete)
            AskRestrictions();
    }

    public override void Decide()
    {
        if (Kind != MutationKind.Create)
            CheckPresent();
        _rules.Decide(this);
        if (Rules.Errors.Count == 0)
            _rules.Write(this);
    }

    /// <summary>A short word for the type in messages: "model version".</summary>
    public string Noun => NounOf(Table.TypeName);

    public static string NounOf(string type) =>
        string.Concat(type.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? " " : "") + char.ToLowerInvariant(letter) : letter.ToString()));

    /// <summary>Whether a noun is one of several things: "results".</summary>
    public static bool IsPlural(string noun) => noun.EndsWith('s');

    private string Are => IsPlural(Noun) ? "are" : "is";

    private string Them => IsPlural(Noun) ? "them" : "it";

    private static string WithArticle(string noun) => IsPlural(noun) ? noun : $"{("aeiou".Contains(noun[0]) ? "an" : "a")} {noun}";

    private void AskReferences()
    {
        foreach (var field in FieldsOfKind().OfType<WritableReference>())
        {
            if (Input.Get<string>(field.Input) is not { } id)
                continue;
            var target = field.Relation.Target;
            var key = KeyOf(id, target.TypeName);
            var noun = NounOf(target.TypeName);
            var stage = (string?)null;
            // The shared lock keeps it from being deleted before this commits.
            Ask(new Statement("SELECT coalesce((SELECT ").Add(StageOf(target)).Add(" FROM ").Name(target.Table).Add(" WHERE ").Name(target.Key[0]).Add(" = ").Bind(key).Add(" FOR SHARE), '')"), row =>
            {
                stage = row.GetString(0);
                if (stage.Length == 0)
                    Rules.Add(new NotFoundError($"There is no such {noun}.", InputRules.Path("input", field.Input)));
                else if (stage != "ACTIVE")
                    Rules.Add(new NotActiveError($"The {noun} is deleted; restore it, or choose another one.", InputRules.Path("input", field.Input)));
            });
        }
    }

    /// <summary>A record that comes back may refer to nothing that is deleted.</summary>
    private void AskParents()
    {
        foreach (var field in Entity.Create.OfType<WritableReference>())
        {
            var target = field.Relation.Target;
            Ask(
                new Statement("SELECT ").Add(StageOf(target)).Add(" FROM ").Name(target.Table).Add(" WHERE ").Name(target.Key[0]).Add(" = (SELECT ").Name(field.Column).Add(" FROM ").Name(Table.Table)
                    .Add(" WHERE ").Name(Entity.KeyColumn).Add(" = ").Bind(Key).Add(" AND lifecycle_stage = 'DELETED') FOR SHARE"),
                row =>
                {
                    if (row.GetString(0) != "ACTIVE")
                        Rules.Add(DeletedParent(NounOf(field.Relation.Name)));
                });
        }
    }

    /// <summary>That something the record refers to is deleted, so that it cannot be restored.</summary>
    public NotActiveError DeletedParent(string noun) => new($"Its {noun} is deleted; restore that first.", InputRules.Path("input", Entity.KeyInput));

    private void AskPresent()
    {
        var columns = new[] { "row_version", "lifecycle_stage", "deletion" }.Concat(_rules.Needs).ToArray();
        var question = new Statement("SELECT ");
        for (var i = 0; i < columns.Length; i++)
            question.Add(i == 0 ? "" : ", ").Name(columns[i]);
        Ask(question.Add(" FROM ").Name(Table.Table).Add(" WHERE ").Name(Entity.KeyColumn).Add(" = ").Bind(Key).Add(" FOR NO KEY UPDATE"), row =>
            _present = Enumerable.Range(0, columns.Length).ToDictionary(i => columns[i], i => row.IsDBNull(i) ? null : row.GetValue(i), StringComparer.Ordinal));
    }

    private void AskUnique()
    {
        foreach (var rule in Entity.Unique)
        {
            var path = Table.Fields[rule.Field] is RelationField ? rule.Field + "Id" : rule.Field;
            if (!IsValid(path) || !rule.Columns.Any(Columns.ContainsKey))
                continue;
            var question = new Statement("SELECT o.").Name(Entity.KeyColumn).Add(" FROM ").Name(Table.Table).Add(" o");
            if (Kind == MutationKind.Update)
                question.Add(", ").Name(Table.Table).Add(" me WHERE me.").Name(Entity.KeyColumn).Add(" = ").Bind(Key).Add(" AND o.").Name(Entity.KeyColumn).Add(" <> me.").Name(Entity.KeyColumn);
            else
                question.Add(" WHERE true");
            foreach (var column in rule.Columns)
            {
                question.Add(" AND o.").Name(column).Add(" = ");
                if (Columns.TryGetValue(column, out var value))
                    question.Add(value);
                else if (Kind == MutationKind.Update)
                    question.Add("me.").Name(column);
                else
                    question.Add("NULL");
            }

            if (rule.Only is { } only)
                question.Add(" AND o.").Name(only).Add(Kind == MutationKind.Update ? $" AND me.\"{only}\"" : "");
            Ask(question.Add(" LIMIT 1"), row => Rules.Add(new NameTakenError(
                Entity.IsPart
                    ? $"The {NounOf(Entity.KeyType)} has {WithArticle(Noun)} already, in use or deleted. Change {Them}, or restore {Them}."
                    : $"There is {WithArticle(Noun)} with this `{rule.Field}` already. Deleted ones keep theirs: choose another one, or restore it.",
                InputRules.Path("input", path),
                Entity.IsPart ? Entity.KeyType : Table.TypeName,
                row.GetInt64(0))));
        }
    }

    private void AskRestrictions()
    {
        foreach (var relation in Entity.Restrict)
        {
            Ask(
                new Statement("SELECT count(*) FROM ").Name(relation.Target.Table).Add(" WHERE ").Name(relation.To[0]).Add(" = ").Bind(Key).Add(" AND lifecycle_stage = 'ACTIVE'"),
                row =>
                {
                    if (row.GetInt64(0) is > 0 and var count)
                    {
                        Rules.Add(new InUseError(
                            $"The {Noun} has {count} in `{relation.Name}` that {(count == 1 ? "is" : "are")} in use. Delete {(count == 1 ? "that" : "those")} first.",
                            InputRules.Path("input", Entity.KeyInput), relation.Name, count));
                    }
                });
        }
    }

    private void CheckPresent()
    {
        if (_present is null)
        {
            Rules.Add(new NotFoundError(Entity.IsPart ? $"The {NounOf(Entity.KeyType)} has no {Noun}, or does not exist." : $"There is no such {Noun}.", InputRules.Path("input", Entity.KeyInput)));
            return;
        }

        var isActive = (string)Present("lifecycle_stage")! == "ACTIVE";
        if (Kind == MutationKind.Restore && isActive)
            Rules.Invalid($"The {Noun} {Are} not deleted, so there is nothing to restore.", "input", Entity.KeyInput);
        else if (Kind == MutationKind.Delete && !isActive)
            Rules.Add(new NotActiveError($"The {Noun} {Are} deleted already.", InputRules.Path("input", Entity.KeyInput)));
        else if (Kind != MutationKind.Restore && !isActive)
            Rules.Add(new NotActiveError($"The {Noun} {Are} deleted; restore {Them} first.", InputRules.Path("input", Entity.KeyInput)));
        var version = (long)Present("row_version")!;
        if (Input.TryGet("version", out var given) && given is long decided && decided != version)
            Rules.Add(VersionConflictError.Of(Noun, version, decided));
    }

    // A table without a stage has nothing that is deleted.
    private static string StageOf(TableModel table) => table.Columns.ContainsKey("lifecycle_stage") ? "lifecycle_stage" : "'ACTIVE'";

    private ImmutableArray<WritableField> FieldsOfKind() => Kind switch { MutationKind.Create => Entity.Create, MutationKind.Update => Entity.Update, _ => [] };
}
