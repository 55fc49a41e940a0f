using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Aggregates of a table's rows, or of each parent's: one statement for all parents, which computes what is selected and no more.</summary>
/// <param name="table">The table at the root; null for the rows of a relation.</param>
/// <param name="limits">How many groups there may be.</param>
internal sealed class AggregateResolver(TableModel? table, MappingLimits limits) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var type = (ObjectType)binding.Field.Definition.Type.Named;
        var parent = table is null ? RowContext.Of(binding) : null;
        var relation = parent is null ? null : ((AggregateField)parent.Row.Fields[binding.Field.Definition.Name]).Relation;
        var keys = relation is null ? null : new ParentKeys(parent!.Layout, relation.From);
        var aggregated = table ?? relation!.Target;
        return new AggregateStep(aggregated, relation, keys, type, AggregateSelections.Of(aggregated, binding.Field.SelectionsFor(type)), limits);
    }
}

internal sealed class AggregateStep(TableModel table, RelationField? relation, ParentKeys? parentKeys, ObjectType type, ImmutableArray<AggregateMeasure> measures, MappingLimits limits) : FieldStep
{
    private readonly SqlTextCache _texts = new();
    private readonly AggregateContext _context = new(measures, table, "", "", null);

    public override object ChildContext => _context;

    public override int? MaxListSize => limits.MaxList;

    public override bool NeedsKeysAlone => parentKeys is { AreOfKey: true };

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var (page, isLimited) = PageRequest.OfList(context.Arguments, limits);
        var arguments = context.Arguments;
        var where = arguments.Get<ArgumentValues>("where");
        var query = new AggregateQuery(
            table, measures, where, arguments.Get<object?[]>("groupBy"), arguments.Get<ArgumentValues>("having"), arguments.Get<object?[]>("order"), page.Limit);
        var keys = parentKeys?.Of(parents);
        var asOf = parentKeys is null ? AsOfArgument.Read(arguments) : ((RowSet)parents.Source).AsOf;
        var foreign = await ForeignFilters.ResolveAsync(context.Request, table, where, asOf).ConfigureAwait(false);
        var session = context.Request.Get<StoreSessions>().For(table.Store);
        var statement = AggregateStatement.Compose(session.NewScope(foreign, asOf), query, relation, keys, _texts);
        if (keys is { Count: 0 })
        {
            // No parent has a key that rows could belong to.
            var nothing = Array.ConvertAll([.. statement.Shapes], shape => ClickHouseColumns.NewBuilder(shape, 1).Build());
            return ListOf(query, statement, new RowResult(nothing, 0, new RowGroups([0], null)), keys.SlotOf, parents.Count, isLimited);
        }

        var question = new StoreQuestion(statement.Statement, statement.Shapes)
        {
            Parents = keys,
            Limit = page.Limit,
            MaxRows = limits.MaxRowsPerField,
            Expected = query.IsWhole ? keys?.Count ?? 1 : 64,
        };
        var result = await (foreign is null ? session.Ask(question) : session.AskNow(question)).ConfigureAwait(false);
        return ListOf(query, statement, result, keys?.SlotOf, parents.Count, isLimited);
    }

    private ListColumn ListOf(AggregateQuery query, AggregateStatement statement, RowResult result, int[]? slotOf, int parentCount, bool isLimited)
    {
        var groups = result.Groups!;
        var offsets = new int[parentCount + 1];
        var rowOf = new List<int>(result.Count);
        Dictionary<int, GraphQLError>? errors = null;
        var hasEmpty = false;
        for (var parent = 0; parent < parentCount; parent++)
        {
            var slot = slotOf is null ? 0 : slotOf[parent];
            var (from, to) = slot < 0 ? (0, 0) : (groups.Offsets[slot], groups.Offsets[slot + 1]);
            if (from == to && query is { IsWhole: true, Limit: > 0 })
            {
                // All rows of who has none are a group, too; the row after the others.
                hasEmpty = true;
                rowOf.Add(result.Count);
            }

            rowOf.AddRange(Enumerable.Range(from, to - from));
            offsets[parent + 1] = rowOf.Count;
            if (!isLimited && slot >= 0 && groups.HasMoreAt(slot))
            {
                (errors ??= []).Add(parent, new GraphQLError($"There are more than {limits.MaxList} groups; ask for the `first` ones, or narrow them by `where`, `groupBy` or `having`.", ErrorCodes.LimitExceeded));
            }
        }

        var values = hasEmpty ? [.. result.Values.Select((column, i) => EmptyGroup.Append(column, result.Count, statement.Shapes[i]))] : result.Values;
        var rows = new AggregateRows(statement.Keys, statement.KeyColumns, values, result.Count + (hasEmpty ? 1 : 0));
        return new ListColumn(offsets, new ObjectColumn(new ObjectBatch(type, rows.Count, rows), [.. rowOf])) { Errors = errors };
    }
}

/// <summary>What is selected below an aggregate.</summary>
internal static class AggregateSelections
{
    /// <summary>The measures that are selected; the number of rows is always among them, so that a statement has something to compute.</summary>
    public static ImmutableArray<AggregateMeasure> Of(TableModel table, PlannedSelectionSet? selections)
    {
        var measures = new List<AggregateMeasure> { AggregateMeasure.Rows };
        foreach (var fields in FieldsOf(selections).Where(field => field.Definition.Name == "fields"))
        {
            Add(measures, table, "", fields);
        }

        return [.. measures.Distinct()];
    }

    private static void Add(List<AggregateMeasure> measures, RowModel row, string prefix, PlannedField parent)
    {
        foreach (var field in parent.SelectionSets.SelectMany(FieldsOf))
        {
            switch (row.Fields.GetValueOrDefault(field.Definition.Name))
            {
                case EmbeddedField embedded:
                    Add(measures, embedded.Target, prefix + embedded.Prefix, field);
                    break;
                case LeafField leaf:
                    measures.AddRange(field.SelectionSets.SelectMany(FieldsOf).Where(inner => inner.Definition.Name != "__typename")
                        .Select(inner => new AggregateMeasure(leaf, prefix, AggregateFunctions.Parse(inner.Definition.Name))));
                    break;
            }
        }
    }

    private static IEnumerable<PlannedField> FieldsOf(PlannedSelectionSet? set) => set is null ? [] : set.Fields;
}

/// <summary>Adds to columns of groups what they are of no rows: counts 0, all else null.</summary>
internal static class EmptyGroup
{
    public static RowValues Append(RowValues column, int count, ValueShape shape)
    {
        bool[]? nulls = null;
        if (shape.IsNullable)
        {
            nulls = new bool[count + 1];
            column.Nulls?.AsSpan(0, count).CopyTo(nulls);
            nulls[count] = true;
        }

        return column switch
        {
            DoubleValues doubles => new DoubleValues(Longer(doubles.Values, count), count + 1, nulls),
            TextValues texts => new TextValues(texts.Utf8, [.. texts.Offsets.AsSpan(0, count + 1), texts.Offsets[count]], nulls),
            _ => new Int64Values(Longer(((Int64Values)column).Values, count), count + 1, nulls),
        };
    }

    private static T[] Longer<T>(T[] values, int count)
    {
        var longer = new T[count + 1];
        values.AsSpan(0, count).CopyTo(longer);
        return longer;
    }
}
