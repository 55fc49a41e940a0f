using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Catalog;

/// <summary>Binds the model to the real tables and names every mismatch: what is missing, of the wrong type, or nullable where the graph promises a value.</summary>
internal sealed partial class StartupChecks
{
    private readonly MappingModel _model;
    private readonly IReadOnlyDictionary<Store, StoreCatalog> _catalogs;
    private readonly List<MappingProblem> _problems;

    private StartupChecks(MappingModel model, IReadOnlyDictionary<Store, StoreCatalog> catalogs, List<MappingProblem> problems) =>
        (_model, _catalogs, _problems) = (model, catalogs, problems);

    /// <summary>Gives each table its real columns.</summary>
    /// <param name="model">The model.</param>
    /// <param name="catalogs">The stores' catalogues.</param>
    /// <param name="problems">Where mismatches are added.</param>
    public static void Run(MappingModel model, IReadOnlyDictionary<Store, StoreCatalog> catalogs, List<MappingProblem> problems)
    {
        var checks = new StartupChecks(model, catalogs, problems);
        var tables = model.Tables.Values.OrderBy(table => table.TypeName, StringComparer.Ordinal).ToList();

        // Relations look at the columns of both ends, so all tables are bound first.
        var bound = tables.Where(checks.Bind).ToList();
        foreach (var table in bound)
        {
            checks.CheckTable(table);
        }

        foreach (var entity in model.Mutations.Select(mutation => mutation.Entity).Distinct().Where(entity => bound.Contains(entity.Table)))
        {
            checks.CheckWritable(entity);
        }

        foreach (var root in model.RootFields.Where(root => bound.Contains(root.Target)))
        {
            checks.CheckOrder($"Query.{root.Name}", root.Target, root.Order);
        }
    }

    private bool Bind(TableModel table)
    {
        if (!_catalogs.TryGetValue(table.Store, out var catalog))
        {
            Problem(table.TypeName, $"It lives in {table.Store}, but no such store is configured.");
            return false;
        }

        if (!catalog.Tables.TryGetValue(table.Table, out var real))
        {
            Problem(table.TypeName, $"There is no table or view \"{table.Table}\" in {table.Store}.");
            return false;
        }

        table.Columns = real.Columns;
        table.ReadsFinal = real.IsReplacing;
        table.SearchIndexes = table.Store == Store.Postgres ? [.. (real.Indexes ?? []).Select(searched => searched.ToSearchIndex()).OfType<SearchIndex>()] : [];
        BindIndex(table, catalog);
        BindHistory(table, catalog);
        return true;
    }

    private void BindIndex(TableModel table, StoreCatalog catalog)
    {
        if (table.Index is not { } index)
        {
            return;
        }

        var place = $"{table.TypeName} @table(index:)";
        if (!catalog.Tables.TryGetValue(index.Table, out var real))
        {
            Problem(place, $"There is no table or view \"{index.Table}\" in {table.Store}.");
            return;
        }

        foreach (var column in table.Key.Where(column => !real.Columns.ContainsKey(column)))
        {
            Problem(place, $"\"{index.Table}\" lacks the key's column {column}.");
        }

        foreach (var column in real.Columns.Values.Where(column => table.Columns.TryGetValue(column.Name, out var own) && own.StoreType != column.StoreType))
        {
            Problem(place, $"The column {column.Name} is {column.StoreType} in \"{index.Table}\", but {table.Columns[column.Name].StoreType} in \"{table.Table}\".");
        }

        index.Columns = real.Columns.Keys.Where(table.Columns.ContainsKey).ToFrozenSet(StringComparer.Ordinal);
        if (index.Pending is null)
        {
            return;
        }

        if (!catalog.Tables.TryGetValue(index.Pending, out var pending))
        {
            Problem(place, $"There is no table or view \"{index.Pending}\" in {table.Store}.");
            return;
        }

        foreach (var column in pending.Columns.Keys.Where(column => !table.Key.Contains(column)))
        {
            Problem(place, $"\"{index.Pending}\" names rows by {column}, which is no column of the key of \"{table.Table}\".");
        }

        index.PendingColumns = [.. pending.Columns.Keys.Order(StringComparer.Ordinal)];
    }

    private void CheckTable(TableModel table)
    {
        foreach (var column in table.Key)
        {
            if (Find($"{table.TypeName} @table(key:)", table, column) is { IsNullable: true } && !IsView(table))
            {
                Problem($"{table.TypeName} @table(key:)", $"The key's column {column} can be null.");
            }
        }

        CheckConstants($"{table.TypeName} @table", table.Only, table.Columns);
        CheckFields(table, table, "", table.TypeName);
        foreach (var order in table.RelatedOrders)
        {
            foreach (var stat in order.Stats)
            {
                if (Find($"{table.TypeName} @orderBy(name: \"{order.Name}\")", order.Relation.Target, stat.Column) is { IsArray: true })
                {
                    Problem($"{table.TypeName} @orderBy(name: \"{order.Name}\")", $"{stat.Column} is an array and has no order.");
                }
            }
        }
    }

    private void CheckFields(TableModel table, RowModel row, string prefix, string place)
    {
        foreach (var field in row.FieldList)
        {
            var at = $"{place}.{field.Name}";
            switch (field)
            {
                case ColumnField column:
                    CheckColumn(at, table, prefix + column.Column, column, prefix.Length > 0);
                    break;
                case JsonField json:
                    CheckJson(at, table, prefix + json.Column, json);
                    break;
                case EmbeddedField embedded:
                    CheckFields(table, embedded.Target, prefix + embedded.Prefix, at);
                    break;
                case RelationField relation when row is TableModel:
                    CheckRelation(at, table, relation);
                    break;
                case ResolverField resolver:
                    foreach (var need in resolver.Needs)
                    {
                        Find($"{at} @resolver(needs:)", table, prefix + need);
                    }

                    break;
            }
        }
    }

    private void CheckColumn(string place, TableModel table, string name, ColumnField field, bool isEmbedded)
    {
        if (Find(place, table, name) is not { } column)
        {
            return;
        }

        if (column.IsArray != field.Type.IsList)
        {
            Problem(place, column.IsArray ? $"The column {name} is an array ({column.StoreType}), the field is {field.Type}." : $"The field is a list, the column {name} is {column.StoreType}.");
        }
        else if (!ColumnTypes.Fits(field.Kind, column, table.Store))
        {
            Problem(place, $"The field is {field.Type}, but the column {name} is {column.StoreType}; {ColumnTypes.Wanted(field.Kind)}.");
        }

        // A view's columns are never known to be non-null, and an embedded object is null as a whole where its columns are.
        if (field.Type.IsNonNull && column.IsNullable && !isEmbedded && !IsView(table))
        {
            Problem(place, $"The field is non-null, but the column {name} can be null.");
        }
    }

    private void CheckJson(string place, TableModel table, string name, JsonField field)
    {
        if (Find(place, table, name) is { } column && column.Kind is not (ColumnKind.Json or ColumnKind.JsonBinary or ColumnKind.Text))
        {
            Problem(place, $"@json reads a column of JSON or text; {name} is {column.StoreType}.");
        }

        if (field.Kind is ScalarKind.DateTime or ScalarKind.Duration)
        {
            Problem(place, $"@json cannot read {field.Type.Name}; make the field String or Long.");
        }
    }

    private void CheckRelation(string place, TableModel table, RelationField relation)
    {
        CheckOrder(place, relation.Target, relation.Order);
        var from = relation.From.Select(column => Find(place, table, column)).ToArray();
        if (relation.Through is not { } link)
        {
            var to = relation.To.Select(column => Find(place, relation.Target, column)).ToArray();
            CheckPairs(place, from, to);
            CheckConstants(place, relation.Only, relation.Target.Columns);
            CheckIndex(place, relation.Target.Store, relation.Target.Table, relation.To);
            if (relation.Target.History is { } history)
            {
                CheckIndex(place, relation.Target.Store, history.Table, relation.To);
            }

            return;
        }

        if (!_catalogs.TryGetValue(table.Store, out var catalog) || !catalog.Tables.TryGetValue(link.Table, out var real))
        {
            Problem(place, $"There is no link table \"{link.Table}\" in {table.Store}.");
            return;
        }

        link.Columns = real.Columns;
        CheckPairs(place, from, [.. link.From.Select(column => FindLink(place, link, column))]);
        CheckPairs(place, [.. link.To.Select(column => FindLink(place, link, column))], [.. relation.To.Select(column => Find(place, relation.Target, column))]);
        CheckConstants(place, link.Only, link.Columns);
        CheckConstants(place, relation.Only, relation.Target.Columns);
        CheckIndex(place, table.Store, link.Table, link.From);
    }

    private void CheckPairs(string place, ColumnModel?[] left, ColumnModel?[] right)
    {
        foreach (var (a, b) in left.Zip(right))
        {
            if (a is not null && b is not null && SqlTypes.Of(a.Kind) != SqlTypes.Of(b.Kind))
            {
                Problem(place, $"The relation compares {a.Name} ({a.StoreType}) with {b.Name} ({b.StoreType}).");
            }
        }
    }

    /// <summary>What writing needs beside what reading does.</summary>
    private void CheckWritable(WritableModel entity)
    {
        var place = $"{entity.Table.TypeName} @writable";
        foreach (var column in (string[])["lifecycle_stage", "deletion", "row_version"])
        {
            Find(place, entity.Table, column);
        }

        foreach (var relation in entity.Cascade)
        {
            Find($"{place}(cascade:)", relation.Target, "deletion");
        }

        foreach (var rule in entity.Unique)
        {
            CheckUnique($"{entity.Table.TypeName} @unique", entity.Table, rule);
        }

        foreach (var document in entity.Create.Concat(entity.Update).OfType<WritableColumn>().Where(column => column.Kind == ScalarKind.Json))
        {
            if (Find(place, entity.Table, document.Column) is { Kind: ColumnKind.Json } column)
            {
                Problem(place, $"`{document.Input}` is written to {column.Name}, which is json: PostgreSQL cannot compare it with what it was. Make the column text or jsonb.");
            }
        }
    }

    /// <summary>Two writers at the same time do not see each other: only an index keeps what a rule promises.</summary>
    private void CheckUnique(string place, TableModel table, UniqueRule rule)
    {
        var isKnown = rule.Columns.All(column => Find(place, table, column) is not null) && (rule.Only is null || Find(place, table, rule.Only) is not null);
        if (isKnown && !_catalogs[table.Store].Tables[table.Table].Indexes!.Any(index => index.IsUnique && index.Predicate == rule.Only && rule.Columns.ToHashSet(StringComparer.Ordinal).SetEquals(index.Columns)))
        {
            Problem(place, $"No unique index of \"{table.Table}\" has exactly the columns ({string.Join(", ", rule.Columns)}){(rule.Only is null ? " and all rows" : $" WHERE {rule.Only}")}.");
        }
    }

    private void CheckConstants(string place, ImmutableArray<ColumnConstant> constants, IReadOnlyDictionary<string, ColumnModel> columns)
    {
        foreach (var constant in constants)
        {
            if (!columns.TryGetValue(constant.Column, out var column))
            {
                Problem(place, $"`only` names the column {constant.Column}, which does not exist.");
            }
            else if (!ConstantValues.Fits(column, constant.Value))
            {
                Problem(place, $"`only` compares {constant.Column} ({column.StoreType}) with \"{constant.Value}\".");
            }
        }
    }

    private void CheckIndex(string place, Store store, string table, ImmutableArray<string> columns)
    {
        if (store == Store.Postgres
            && _catalogs[store].Tables.TryGetValue(table, out var real)
            && real.Indexes is { } indexes
            && !indexes.Any(index => index.Columns.Length >= columns.Length && columns.All(column => Array.IndexOf(index.Columns, column) is >= 0 and var at && at < columns.Length)))
        {
            _problems.Add(new MappingProblem(place, $"No index of \"{table}\" begins with ({string.Join(", ", columns)}); each read of the relation scans the table.", IsWarning: true));
        }
    }

    private void CheckOrder(string place, TableModel table, ImmutableArray<ColumnOrder> order)
    {
        foreach (var (column, _) in order)
        {
            Find($"{place} (order)", table, column);
        }
    }

    private ColumnModel? Find(string place, TableModel table, string column)
    {
        if (table.Columns.TryGetValue(column, out var found))
        {
            return found;
        }

        // A table that is missing as a whole has been named already.
        if (table.Columns.Count > 0)
        {
            Problem(place, $"The table \"{table.Table}\" has no column {column}.{Similar(column, table.Columns.Keys)}");
        }

        return null;
    }

    private ColumnModel? FindLink(string place, LinkModel link, string column)
    {
        if (link.Columns.TryGetValue(column, out var found))
        {
            return found;
        }

        Problem(place, $"The link table \"{link.Table}\" has no column {column}.");
        return null;
    }

    private static string Similar(string column, IEnumerable<string> columns)
    {
        var plain = column.Replace("_", "", StringComparison.Ordinal);
        var similar = columns.FirstOrDefault(c => string.Equals(c.Replace("_", "", StringComparison.Ordinal), plain, StringComparison.OrdinalIgnoreCase)
            || c.StartsWith(column, StringComparison.Ordinal) || c.EndsWith("_" + column, StringComparison.Ordinal));
        return similar is null ? "" : $" Is it {similar}? Say so with @column(name: \"{similar}\").";
    }

    private bool IsView(TableModel table) => _catalogs[table.Store].Tables[table.Table].Indexes is null;

    private void Problem(string place, string message) => _problems.Add(new MappingProblem(place, message));
}
