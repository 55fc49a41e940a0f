using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>Reads the mapping directives of the SDL into a <see cref="MappingModel"/>. Problems are collected, not thrown, so that a start names all of them.</summary>
internal sealed partial class ModelReader
{
    private readonly SdlDefinitions _sdl;
    private readonly List<MappingProblem> _problems;
    private readonly Dictionary<string, EnumModel> _enums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TableModel> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmbeddedModel> _embedded = new(StringComparer.Ordinal);

    private ModelReader(SdlDefinitions sdl, List<MappingProblem> problems) => (_sdl, _problems) = (sdl, problems);

    /// <summary>Reads the whole model.</summary>
    /// <param name="sdl">All definitions.</param>
    /// <param name="problems">Where misfits are added.</param>
    public static MappingModel Read(SdlDefinitions sdl, List<MappingProblem> problems) => new ModelReader(sdl, problems).Read();

    private MappingModel Read()
    {
        foreach (var node in _sdl.Enums)
        {
            _enums.Add(node.Name.Value, new EnumModel(node));
        }

        foreach (var name in _sdl.ObjectNames)
        {
            if (_sdl.FindDirective(name, "table") is { } table)
            {
                _tables.Add(name, ReadTable(name, table));
            }
        }

        foreach (var (name, table) in _tables.ToArray())
        {
            LinkFields(name, table);
        }

        foreach (var (name, table) in _tables)
        {
            table.RelatedOrders = [.. _sdl.DirectivesOf(name, "orderBy").Select(directive => ReadRelatedOrder(table, directive)).OfType<RelatedOrder>()];
        }

        var roots = _sdl.FieldsOf(_sdl.QueryType).Select(ReadRoot).OfType<RootField>().ToArray();
        return new MappingModel(_tables.Values, _embedded.Values, _enums.Values, [.. roots, .. AggregateFields.OfRoots(_sdl, roots)], [.. ReadMutations()]);
    }

    private TableModel ReadTable(string name, DirectiveNode table)
    {
        var isNode = _sdl.Implements(name, "Node");
        var key = table.Texts("key", "id");
        if (key.IsEmpty)
        {
            Problem(name, "@table(key:) names no column; a table needs a key to be ordered and paged by.");
        }

        var history = _sdl.FindDirective(name, "history")?.Text("table");
        var fields = _sdl.FieldsOf(name).Select(field => ReadField(name, field, isNode)).OfType<FieldModel>().ToArray();
        var model = new TableModel(
            name,
            table.Text("name"),
            table.Objects("index").Select(index => new RowIndex(index.Text("table"), index.Text("pending") is { Length: > 0 } pending ? pending : null)).FirstOrDefault(),
            table.Text("store", "POSTGRES") == "CLICKHOUSE" ? Store.ClickHouse : Store.Postgres,
            key,
            table.Objects("only").Constants(),
            isNode,
            [.. fields, .. AggregateFields.OfRelations(_sdl, fields), .. history is null ? [] : new[] { Versions(key) }]);
        if (history is not null)
        {
            KeepHistory(model, history);
        }

        return model;
    }

    /// <summary>Resolves targets by name, now that every table is known; embedded types are read when first met.</summary>
    private void LinkFields(string name, RowModel row)
    {
        foreach (var field in row.FieldList)
        {
            var place = $"{name}.{field.Name}";
            switch (field)
            {
                case EmbeddedField embedded:
                    embedded.Target = ReadEmbedded(embedded.Type.Name, place);
                    break;
                case RelationField relation when row is EmbeddedModel:
                    Problem(place, "A relation cannot stand in an embedded object; put it on the table's own type.");
                    relation.Target = _tables[relation.Type.Name];
                    break;
                case RelationField { Target: null } relation:
                    relation.Target = _tables[relation.Type.Name];
                    CheckRelation(place, (TableModel)row, relation);
                    break;
            }
        }
    }

    private EmbeddedModel ReadEmbedded(string typeName, string place)
    {
        if (_embedded.TryGetValue(typeName, out var known))
        {
            return known;
        }

        if (!_sdl.IsObject(typeName) || _tables.ContainsKey(typeName))
        {
            Problem(place, $"@embedded needs an object type without @table; {typeName} is none.");
            return new EmbeddedModel(typeName, []);
        }

        var model = new EmbeddedModel(typeName, [.. _sdl.FieldsOf(typeName).Select(field => ReadField(typeName, field, false)).OfType<FieldModel>()]);
        _embedded.Add(typeName, model);
        LinkFields(typeName, model);
        return model;
    }

    private void CheckRelation(string place, TableModel row, RelationField relation)
    {
        if (relation.From.Length != relation.To.Length && relation.Through is null)
        {
            Problem(place, $"@relation pairs {relation.From.Length} `from` columns with {relation.To.Length} `to` columns; give as many of both.");
        }

        if (relation.Through is not { } link)
        {
            return;
        }

        if (link.From.Length != relation.From.Length || link.To.Length != relation.To.Length)
        {
            Problem(place, "@relation(through:) needs as many `from` columns in the link table as in the relation, and as many `to` columns.");
        }

        if (row.Store != relation.Target.Store)
        {
            Problem(place, $"A link table joins tables of one store; {row.TypeName} and {relation.Target.TypeName} live in different ones.");
        }
    }

    private void Problem(string place, string message) => _problems.Add(new MappingProblem(place, message));
}
