using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

internal sealed partial class ModelReader
{
    private FieldModel? ReadField(string typeName, FieldDefinitionNode field, bool isNode)
    {
        var place = $"{typeName}.{field.Name.Value}";
        var name = field.Name.Value;
        var type = FieldType.From(field.Type);
        if (field.Directives.Find("resolver") is { } resolver)
        {
            return new ResolverField(name, type, resolver.Texts("needs"));
        }

        if (field.Directives.Find("embedded") is { } embedded)
        {
            return new EmbeddedField(name, type, embedded.Text("prefix"));
        }

        if (_sdl.IsLeaf(type.Name))
        {
            return ReadLeaf(field, type, isNode, place);
        }

        if (_sdl.IsObject(type.Name) && _sdl.FindDirective(type.Name, "table") is not null)
        {
            return ReadRelation(field, type);
        }

        Problem(place, $"{type.Name} is no scalar, enum or mapped type: say with @embedded or @resolver where the field comes from.");
        return null;
    }

    private FieldModel ReadLeaf(FieldDefinitionNode field, FieldType type, bool isNode, string place)
    {
        var name = field.Name.Value;
        if (isNode && name == "id" && field.Directives.Find("column") is null)
        {
            if (type is not { Name: "ID", IsList: false, IsNonNull: true })
            {
                Problem(place, $"The global id of a Node is `id: ID!`, not {type}.");
            }

            return new GlobalIdField(name, type);
        }

        var kind = KindOf(type.Name);
        var model = _enums.GetValueOrDefault(type.Name);
        var isFilterable = kind != ScalarKind.Json && !type.IsList && field.Directives.Find("notFilterable") is null;
        if (field.Directives.Find("json") is not { } json)
        {
            return new ColumnField(name, type, kind, model, isFilterable, field.Directives.Find("column")?.Text("name") ?? SnakeCase.From(name));
        }

        if (type.IsList)
        {
            Problem(place, "@json reads one value; make the field JSON to read an array whole.");
        }

        if (type.IsNonNull)
        {
            Problem(place, "A value inside JSON can be missing, so the field must be nullable.");
        }

        return new JsonField(name, type, kind, model, isFilterable, json.Text("column"), json.Texts("path"));
    }

    private static RelationField ReadRelation(FieldDefinitionNode field, FieldType type)
    {
        var relation = field.Directives.Find("relation");
        var connection = field.Directives.Find("connection");
        var link = relation?.Objects("through").FirstOrDefault();
        return new RelationField(
            field.Name.Value,
            type,
            relation?.Texts("from", "id") ?? ["id"],
            relation?.Texts("to", "id") ?? ["id"],
            link is null ? null : new LinkModel(link.Text("table"), link.Texts("from"), link.Texts("to"), link.Constants("only")),
            relation is null ? [] : relation.Objects("only").Constants(),
            connection is not null,
            (connection ?? field.Directives.Find("list"))?.Orders("order") ?? []);
    }

    private static ScalarKind KindOfScalar(string name) => name switch
    {
        "Int" => ScalarKind.Int,
        "Long" => ScalarKind.Long,
        "Float" or "Double" => ScalarKind.Double,
        "Boolean" => ScalarKind.Boolean,
        "ID" => ScalarKind.Id,
        "DateTime" => ScalarKind.DateTime,
        "Duration" => ScalarKind.Duration,
        "JSON" => ScalarKind.Json,
        _ => ScalarKind.String,
    };

    private ScalarKind KindOf(string typeName) => _enums.ContainsKey(typeName) ? ScalarKind.Enum : KindOfScalar(typeName);
}
