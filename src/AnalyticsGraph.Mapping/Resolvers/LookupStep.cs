using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>One row by what the arguments say. Several rows are an error: the caller is told which arguments would tell them apart.</summary>
internal sealed class LookupResolver(RootField root) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var type = (ObjectType)binding.Field.Definition.Type.Named;
        return new LookupStep(root, type, LayoutBuilder.For(root.Target, [binding.Field.SelectionsFor(type)]));
    }
}

internal sealed class LookupStep(RootField root, ObjectType type, RowLayout layout) : FieldStep
{
    private readonly SqlTextCache _texts = new();
    private readonly RowContext _context = new(layout, root.Target, "");

    public override object ChildContext => _context;

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var given = new List<KeyValuePair<string, object?>>();
        foreach (var (name, value) in context.Arguments.Values)
        {
            if (value is not null && root.Arguments.Contains(name))
            {
                given.Add(new(name, new ArgumentValues(new KeyValuePair<string, object?>("eq", value))));
            }
        }

        if (given.Count == 0)
        {
            throw InputErrors.Bad($"`{root.Name}` needs at least one of {Names(root.Arguments)} to find the {root.Target.TypeName} by.");
        }

        var asOf = AsOfArgument.Read(context.Arguments);
        var session = context.Request.Get<StoreSessions>().For(root.Target.Store);
        var query = new RowsQuery(layout, new ArgumentValues([.. given]), null, [], new PageRequest(1, false, null, null), false);
        var statement = RowsStatement.ComposeRoot(session.NewScope(asOf: asOf), query, _texts);
        var asked = session.Ask(new StoreQuestion(statement.Statement, statement.Shapes) { Limit = 1, Expected = 1 });
        var foreseen = RowSet.OfKey(layout, KeyOf(context.Arguments), asOf) is { } expected ? context.Foresee(new ObjectBatch(type, 1, expected)) : null;
        var result = await asked.ConfigureAwait(false);
        if (result.Groups!.HasMoreAt(0))
        {
            var missing = root.Arguments.Where(argument => given.TrueForAll(pair => pair.Key != argument)).ToList();
            throw InputErrors.Bad($"Several rows of {root.Target.TypeName} match `{root.Name}`; " + (missing.Count > 0 ? $"tell them apart by {Names(missing)} as well." : "list them by a filter instead."));
        }

        var rows = new RowSet(layout, result.Values, result.Count, asOf);
        session.Entities.Remember(rows);
        return result.Count == 0
            ? new NullColumn(parents.Count)
            : new ObjectColumn(new ObjectBatch(type, 1, rows) { Foreseen = foreseen }, parents.Count == 1 ? null : new int[parents.Count]);
    }

    /// <summary>The key that the row has if there is one; null if the arguments do not tell.</summary>
    private object[]? KeyOf(ArgumentValues arguments)
    {
        foreach (var name in root.Arguments)
        {
            if (root.Target.Fields[name] is GlobalIdField && arguments.Get<string>(name) is { } given)
            {
                var id = GlobalId.Parse(given);
                return id.TypeName == root.Target.TypeName ? id.ReadKey(root.Target) : null;
            }
        }

        return null;
    }

    private static string Names(IEnumerable<string> arguments) => string.Join(", ", arguments.Select(argument => $"`{argument}`"));
}
