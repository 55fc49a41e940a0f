using System.Globalization;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Generates the sort inputs of mapped types, of the to-one relations and embedded objects they reach, and of <c>@orderBy</c>.</summary>
/// <param name="add">Takes a generated definition, once for each name.</param>
internal sealed class SortInputs(Action<TypeDefinitionNode> add)
{
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Whether the type can be sorted by anything.</summary>
    /// <param name="row">The type.</param>
    public static bool IsSortable(RowModel row) =>
        row is TableModel { RelatedOrders.IsEmpty: false } || row.FieldList.Any(field => field is GlobalIdField or LeafField { IsFilterable: true });

    /// <summary>Generates the sort input of a type unless it is there already.</summary>
    /// <param name="row">A sortable type.</param>
    /// <param name="store">The store whose rows it sorts; relations into another one are left out.</param>
    /// <returns>The input's name.</returns>
    public string Require(RowModel row, Store store)
    {
        var name = GeneratedNames.Sort(row.TypeName);
        if (!_made.Add(name))
        {
            return name;
        }

        var fields = row.FieldList.Select(field => Field(field, store)).OfType<InputValueDefinitionNode>().ToList();
        if (row is TableModel table)
        {
            fields.AddRange(table.RelatedOrders.Select(order => RelatedField(table, order)));
        }

        add(Sdl.InputObject(
            name,
            $"One thing to order {row.TypeName} by; the next entry of `order` decides among equals, at last the key does. In both directions numbers come first, then NaN, then rows without a value.",
            fields,
            oneOf: true));
        return name;
    }

    private InputValueDefinitionNode? Field(FieldModel field, Store store) => field switch
    {
        GlobalIdField or LeafField { IsFilterable: true } => Sdl.Input(field.Name, Sdl.Named(GeneratedNames.Direction), $"By `{field.Name}`."),
        EmbeddedField embedded when IsSortable(embedded.Target) =>
            Sdl.Input(field.Name, Sdl.Named(Require(embedded.Target, store)), $"By a field of `{field.Name}`."),
        RelationField { Type.IsList: false } toOne when toOne.Target.Store == store && IsSortable(toOne.Target) =>
            Sdl.Input(field.Name, Sdl.Named(Require(toOne.Target, store)), $"By a field of the related {toOne.Target.TypeName}."),
        _ => null,
    };

    private InputValueDefinitionNode RelatedField(TableModel table, RelatedOrder order)
    {
        var name = GeneratedNames.RelatedSort(table, order.Name);
        if (_made.Add(name))
        {
            var stat = GeneratedNames.RelatedStat(table, order.Name);
            add(Sdl.Enum(stat, $"Which value of `{order.Relation.Name}` to order {table.TypeName} by.", [.. order.Stats.Select(s => (s.Name, $"The column `{s.Column}`."))]));
            add(Sdl.InputObject(
                name,
                $"One row of `{order.Relation.Name}` and the value of it to order {table.TypeName} by.",
                [
                    .. order.Match.Select(match => Match(order, match)),
                    Sdl.Input("stat", Sdl.Required(stat), "The value to order by."),
                    Sdl.Input("direction", Sdl.Required(GeneratedNames.Direction), "The direction; rows without a value come last in both.", new EnumValueNode("ASC")),
                ]));
        }

        return Sdl.Input(order.Name, Sdl.Named(name), $"By a value of one row of `{order.Relation.Name}`.");
    }

    /// <summary>The argument by which a row of the relation is found.</summary>
    public static InputValueDefinitionNode Match(RelatedOrder order, ColumnField match)
    {
        var constant = order.DefaultOf(match);
        return Sdl.Input(match.Name, Sdl.Required(match.Type.Name), $"The row's `{match.Name}`.", constant is null ? null : Literal(match, constant));
    }

    private static ValueNode Literal(ColumnField field, string text) => field.Kind switch
    {
        ScalarKind.Int or ScalarKind.Long => new IntValueNode(text),
        ScalarKind.Double => double.TryParse(text, CultureInfo.InvariantCulture, out _) && text.All(c => c is not 'N' and not 'I') ? new FloatValueNode(text) : new StringValueNode(text),
        ScalarKind.Boolean => new BooleanValueNode(text == "true"),
        ScalarKind.Enum => new EnumValueNode(field.Enum!.Values.FirstOrDefault(value => field.Enum.TextsOf(value).Contains(text)) ?? text),
        _ => new StringValueNode(text),
    };
}
