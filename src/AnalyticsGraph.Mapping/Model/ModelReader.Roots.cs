using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

internal sealed partial class ModelReader
{
    private RootField? ReadRoot(FieldDefinitionNode field)
    {
        var name = field.Name.Value;
        var place = $"{_sdl.QueryType}.{name}";
        var type = FieldType.From(field.Type);
        if (field.Directives.Find("resolver") is not null || !_tables.TryGetValue(type.Name, out var target))
        {
            return null;
        }

        if (field.Directives.Find("lookup") is not null)
        {
            return ReadLookup(field, type, target, place);
        }

        if (!type.IsList)
        {
            Problem(place, $"A field of one {type.Name} needs @lookup, or @resolver if C# finds it.");
            return null;
        }

        var connection = field.Directives.Find("connection");
        return new RootField(
            name,
            connection is null ? RootFieldKind.List : RootFieldKind.Connection,
            type,
            target,
            (connection ?? field.Directives.Find("list"))?.Orders("order") ?? [],
            []);
    }

    private RootField? ReadLookup(FieldDefinitionNode field, FieldType type, TableModel target, string place)
    {
        if (type.IsList || type.IsNonNull)
        {
            Problem(place, $"@lookup finds one row or none, so its type is {type.Name}, nullable.");
            return null;
        }

        ImmutableArray<string> arguments = [.. field.Arguments.Select(argument => argument.Name.Value)];
        if (arguments.IsEmpty)
        {
            Problem(place, "@lookup needs arguments to find the row by.");
        }

        foreach (var argument in field.Arguments)
        {
            var found = target.Fields.GetValueOrDefault(argument.Name.Value);
            if (found is not (GlobalIdField or LeafField { IsFilterable: true }))
            {
                Problem($"{place}({argument.Name.Value}:)", $"{target.TypeName} has no filterable field of that name.");
            }
            else if (FieldType.From(argument.Type).Name != found.Type.Name)
            {
                Problem($"{place}({argument.Name.Value}:)", $"It is {FieldType.From(argument.Type).Name}, but {target.TypeName}.{found.Name} is {found.Type.Name}.");
            }
        }

        return new RootField(field.Name.Value, RootFieldKind.Lookup, type, target, [], arguments);
    }

    private RelatedOrder? ReadRelatedOrder(TableModel table, DirectiveNode directive)
    {
        var name = directive.Text("name");
        var place = $"{table.TypeName} @orderBy(name: \"{name}\")";
        if (table.Fields.GetValueOrDefault(directive.Text("relation")) is not RelationField { Through: null } relation)
        {
            Problem(place, $"`{directive.Text("relation")}` is no direct relation of {table.TypeName}.");
            return null;
        }

        if (relation.Target.Store != table.Store)
        {
            Problem(place, $"{relation.Target.TypeName} lives in another store than {table.TypeName}; an order cannot reach across.");
            return null;
        }

        var match = ImmutableArray.CreateBuilder<ColumnField>();
        foreach (var matched in directive.Texts("match"))
        {
            if (relation.Target.Fields.GetValueOrDefault(matched) is ColumnField { IsFilterable: true } column)
            {
                match.Add(column);
            }
            else
            {
                Problem(place, $"`match` names `{matched}`, which is no filterable column of {relation.Target.TypeName}.");
            }
        }

        var defaults = directive.Objects("defaults").Constants();
        foreach (var stray in defaults.Where(d => match.All(m => m.Name != d.Column && m.Column != d.Column)))
        {
            Problem(place, $"`defaults` names `{stray.Column}`, which `match` does not.");
        }

        ImmutableArray<StatColumn> stats = [.. directive.Objects("stats").Select(stat => new StatColumn(stat.Text("name"), stat.Text("column")))];
        var fixedColumns = relation.To.Concat(match.Select(m => m.Column)).Concat(relation.Only.Select(only => only.Column)).ToHashSet(StringComparer.Ordinal);
        if (!relation.Target.Key.All(fixedColumns.Contains))
        {
            Problem(place, $"The relation's columns and `match` must cover the key of {relation.Target.TypeName} ({string.Join(", ", relation.Target.Key)}), so that there is one row at most.");
        }

        return new RelatedOrder(name, relation, match.ToImmutable(), defaults, stats);
    }
}
