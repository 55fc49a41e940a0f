using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>A mapped object whose key C# knows: the changed entity in a mutation's payload, the run of a leaderboard's row.</summary>
internal sealed class ByKeyResolver<TSource>(TableModel table, Func<TSource, long?> key) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var type = (ObjectType)binding.Field.Definition.Type.Named;
        return new Step(table, key, type, LayoutBuilder.For(table, [binding.Field.SelectionsFor(type)]));
    }

    public override string? FindFault(FieldDefinition field, ClrTypes clrTypes) =>
        field.Type.Nullable is ObjectType type && type.Name == table.TypeName ? null : $"is {field.Type}, but its resolver yields a {table.TypeName}";

    private sealed class Step(TableModel table, Func<TSource, long?> key, ObjectType type, RowLayout layout) : FieldStep
    {
        private static readonly ImmutableArray<SqlType> KeyTypes = [SqlType.Int64];
        private readonly RowContext _context = new(layout, table, "");
        private readonly EntityTarget _target = new(table, table.Key, null);

        public override object ChildContext => _context;

        public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
        {
            var sources = (TSource[])parents.Source;
            var keys = new object[]?[parents.Count];
            for (var row = 0; row < keys.Length; row++)
            {
                keys[row] = key(sources[row]) is { } value ? [value] : null;
            }

            var set = KeySet.FromKeys(keys, KeyTypes);
            if (set.Count == 0)
            {
                return new NullColumn(parents.Count);
            }

            var load = context.Request.Get<StoreSessions>().For(table.Store).Entities.Load(_target, layout, set);
            var foreseen = set.Count == 1 && RowSet.OfKey(layout, keys.First(key => key is not null)) is { } expected ? context.Foresee(new ObjectBatch(type, 1, expected)) : null;
            return ToOneStep.ToColumn(type, await load.ConfigureAwait(false), set.SlotOf, foreseen);
        }
    }
}
