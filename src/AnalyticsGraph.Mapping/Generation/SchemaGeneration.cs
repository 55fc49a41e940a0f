using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>
/// Expands mapped SDL to the public schema: connections and lists gain their arguments, filter, sort, connection and edge types are added, and the mapping
/// directives are taken out. Works on the syntax tree, so that what it yields is plain SDL that can be printed, reviewed and built.
/// </summary>
internal sealed class SchemaGeneration
{
    private static readonly HashSet<string> OnTypes = ["table", "orderBy", "writable", "unique", "history"];
    private static readonly HashSet<string> OnFields = ["column", "json", "embedded", "relation", "connection", "list", "lookup", "resolver", "notFilterable", "check", "stamped"];

    private readonly SdlDefinitions _sdl;
    private readonly MappingModel _model;
    private readonly MappingLimits _limits;
    private readonly List<DefinitionNode> _generated = [];
    private readonly FilterInputs _filters;
    private readonly SortInputs _sorts;
    private readonly AggregateTypes _aggregates;

    public SchemaGeneration(SdlDefinitions sdl, MappingModel model, MappingLimits limits)
    {
        _sdl = sdl;
        _model = model;
        _limits = limits;
        _filters = new FilterInputs(_generated.Add);
        _sorts = new SortInputs(_generated.Add);
        _aggregates = new AggregateTypes(sdl, _generated.Add, new AggregateInputs(_generated.Add, _filters));
    }

    /// <summary>Generates the types that the mapping adds, in the order of their names.</summary>
    public DocumentNode Generate()
    {
        foreach (var table in _model.Tables.Values)
        {
            if (HasConnection(table))
            {
                _generated.Add(Connections.Connection(table));
                _generated.Add(Connections.Edge(table));
            }

            // Whoever names a filter or sort input in the SDL (an argument that C# answers) gets it, whether or not a list brought it about.
            _filters.Require(table, table.Store);
            if (SortInputs.IsSortable(table))
            {
                _sorts.Require(table, table.Store);
            }
        }

        foreach (var mutation in _model.Mutations)
        {
            _generated.AddRange(Mutations.TypesOf(mutation));
        }

        if (_model.Tables.Values.Select(table => table.History).FirstOrDefault(history => history is not null) is { } any)
        {
            AddVersions(any.Versions);
        }

        foreach (var target in _model.RootFields.Where(root => root.Kind == RootFieldKind.Aggregate).Select(root => root.Target)
            .Concat(_model.Tables.Values.SelectMany(table => table.FieldList.OfType<AggregateField>()).Select(field => field.Relation.Target)))
        {
            _aggregates.Require(target);
        }

        AddShared();
        return new DocumentNode([.. _generated.Cast<TypeDefinitionNode>().OrderBy(definition => definition.Name.Value, StringComparer.Ordinal)]);
    }

    /// <summary>Expands the fields of a document.</summary>
    /// <param name="document">One SDL file.</param>
    /// <param name="strip">Whether the mapping directives are taken out.</param>
    public DocumentNode Expand(DocumentNode document, bool strip) => new([.. document.Definitions.Select(definition => Expand(definition, strip))]);

    /// <summary>Versions of all types look alike.</summary>
    private void AddVersions(TableModel versions)
    {
        _generated.AddRange([HistoryTypes.Version(), HistoryTypes.Change(), Connections.Connection(versions), Connections.Edge(versions)]);
        _filters.Require(versions, versions.Store);
        _sorts.Require(versions, versions.Store);
    }

    private void AddShared()
    {
        if (!_sdl.Has(GeneratedNames.PageInfo))
        {
            _generated.Add(Connections.PageInfo());
        }

        if (!_sdl.Has(GeneratedNames.Direction))
        {
            _generated.Add(Connections.Direction());
        }

        if (_model.Tables.Values.Any(table => table.IsNode) && !_sdl.Has("Node"))
        {
            _generated.Add(new InterfaceTypeDefinitionNode(
                Sdl.Described("An object with a global id, by which `node` finds it again."),
                new NameNode("Node"),
                [],
                [],
                [Sdl.Field("id", Sdl.Required("ID"), "The global id.")]));
        }
    }

    private bool HasConnection(TableModel table) =>
        _model.RootFields.Any(root => root.Kind == RootFieldKind.Connection && root.Target == table)
        || _model.Tables.Values.Any(other => other.FieldList.OfType<RelationField>().Any(relation => relation.IsConnection && relation.Target == table));

    private DefinitionNode Expand(DefinitionNode definition, bool strip) => definition switch
    {
        ObjectTypeDefinitionNode type => Expand(type, strip),
        EnumTypeDefinitionNode type when strip => new EnumTypeDefinitionNode(
            type.Description,
            type.Name,
            type.Directives,
            [.. type.Values.Select(value => new EnumValueDefinitionNode(value.Description, value.Name, Without(value.Directives, d => d == "stored"), value.Location))],
            type.IsExtension,
            type.Location),
        _ => definition,
    };

    private ObjectTypeDefinitionNode Expand(ObjectTypeDefinitionNode type, bool strip)
    {
        var fields = type.Fields.SelectMany(field => new[] { Expand(type.Name.Value, field, strip), AggregateOf(type.Name.Value, field.Name.Value) }).OfType<FieldDefinitionNode>().ToList();
        if (type.Name.Value == _sdl.QueryType && !type.IsExtension && _model.Tables.Values.Any(table => table.IsNode))
        {
            AddNodeFields(fields);
        }

        if (type.Name.Value == SdlDefinitions.MutationType && !type.IsExtension)
        {
            fields.AddRange(_model.Mutations.Select(Mutations.FieldOf));
        }

        if (!type.IsExtension && _model.Tables.GetValueOrDefault(type.Name.Value) is { History: not null })
        {
            fields.Add(Expand(type.Name.Value, HistoryTypes.Versions(), strip));
        }

        return new ObjectTypeDefinitionNode(
            type.Description, type.Name, type.Interfaces, Without(type.Directives, d => strip && OnTypes.Contains(d)), [.. fields], type.IsExtension, type.Location);
    }

    private void AddNodeFields(List<FieldDefinitionNode> fields)
    {
        var existing = _sdl.FieldsOf(_sdl.QueryType).Select(field => field.Name.Value).ToHashSet(StringComparer.Ordinal);
        if (!existing.Contains("node"))
        {
            fields.Add(Sdl.Field("node", Sdl.Named("Node"), "The object with this global id; null if there is none, or none that may be seen.", Sdl.Input("id", Sdl.Required("ID"), "A global id.")));
        }

        if (!existing.Contains("nodes"))
        {
            var nodes = Sdl.Field(
                "nodes",
                new NonNullTypeNode(new ListTypeNode(Sdl.Named("Node"))),
                "The objects with these global ids, in their order; null where there is none.",
                Sdl.Input("ids", new NonNullTypeNode(Sdl.ListOf("ID")), $"At most {_limits.MaxIds} global ids."));
            fields.Add(new FieldDefinitionNode(nodes.Description, nodes.Name, nodes.Arguments, nodes.Type, [Connections.ListSizeOf("ids")]));
        }
    }

    private FieldDefinitionNode Expand(string typeName, FieldDefinitionNode field, bool strip)
    {
        var directives = Without(field.Directives, d => strip && OnFields.Contains(d));
        ImmutableArray<InputValueDefinitionNode> asOf =
            typeName == _sdl.QueryType && _model.RootFields.Any(root => root.Name == field.Name.Value && root.Target.History is not null) ? [HistoryTypes.AsOf()] : [];
        var (target, isConnection) = typeName == _sdl.QueryType
            ? _model.RootFields.FirstOrDefault(root => root.Name == field.Name.Value && root.Kind != RootFieldKind.Lookup) is { } root
                ? (root.Target, root.Kind == RootFieldKind.Connection)
                : default
            : _model.Tables.GetValueOrDefault(typeName)?.Fields.GetValueOrDefault(field.Name.Value) is RelationField { Type.IsList: true } relation
                ? (relation.Target, relation.IsConnection)
                : default;
        if (target is null)
        {
            return new FieldDefinitionNode(field.Description, field.Name, [.. field.Arguments, .. asOf], field.Type, directives, field.Location);
        }

        var filter = _filters.Require(target, target.Store);
        var sort = SortInputs.IsSortable(target) ? _sorts.Require(target, target.Store) : null;
        TypeNode type = !isConnection ? field.Type
            : field.Type is NonNullTypeNode ? Sdl.Required(GeneratedNames.Connection(target.TypeName))
            : Sdl.Named(GeneratedNames.Connection(target.TypeName));
        if (directives.Find("listSize") is null)
        {
            directives = [.. directives, Connections.ListSize(isConnection, _limits)];
        }

        return new FieldDefinitionNode(
            field.Description, field.Name, [.. field.Arguments, .. Connections.Arguments(isConnection, filter, sort, _limits), .. asOf], type, directives, field.Location);
    }

    /// <summary>The aggregates that stand beside a list; null where there are none.</summary>
    private FieldDefinitionNode? AggregateOf(string typeName, string list)
    {
        var name = AggregateFields.NameOf(list);
        var target = typeName == _sdl.QueryType
            ? _model.RootFields.FirstOrDefault(root => root.Kind == RootFieldKind.Aggregate && root.Name == name)?.Target
            : (_model.Tables.GetValueOrDefault(typeName)?.Fields.GetValueOrDefault(name) as AggregateField)?.Relation.Target;
        if (target is null)
        {
            return null;
        }

        // Where ClickHouse is away, what stands beside in PostgreSQL shall answer.
        var isOptional = target.Store == Store.ClickHouse && _model.Tables.GetValueOrDefault(typeName)?.Store != Store.ClickHouse;
        return AggregateTypes.Field(name, list, target, GeneratedNames.Filter(target.TypeName), typeName == _sdl.QueryType && target.History is not null, isOptional, _limits);
    }

    private static ImmutableArray<DirectiveNode> Without(ImmutableArray<DirectiveNode> directives, Func<string, bool> isMapping) =>
        directives.Any(d => isMapping(d.Name.Value)) ? [.. directives.Where(d => !isMapping(d.Name.Value))] : directives;
}
