using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>The filter operators of a scalar or enum: which there are depends on its kind.</summary>
internal static class OperationInputs
{
    private static readonly (string Name, string Description)[] Equality =
    [
        ("eq", "Equals the value; `null`: has none."),
        ("neq", "Is not equal; holds also where there is no value. `null`: has one."),
    ];

    private static readonly (string Name, string Description)[] Sets =
    [
        ("in", "Is one of the values. An empty list finds nothing."),
        ("nin", "Is none of the values; holds also where there is no value."),
    ];

    private static readonly (string Name, string Description)[] Comparisons =
    [
        ("gt", "Greater than. NaN is neither greater nor less than anything."),
        ("ngt", "Not greater than; holds also for NaN and where there is no value."),
        ("gte", "Greater than or equal."),
        ("ngte", "Neither greater nor equal; holds also for NaN and where there is no value."),
        ("lt", "Less than."),
        ("nlt", "Not less than; holds also for NaN and where there is no value."),
        ("lte", "Less than or equal."),
        ("nlte", "Neither less nor equal; holds also for NaN and where there is no value."),
    ];

    private static readonly (string Name, string Description)[] Texts =
    [
        ("contains", "Contains the text, in this case of letters."),
        ("ncontains", "Does not contain the text; holds also where there is no value."),
        ("startsWith", "Starts with the text."),
        ("nstartsWith", "Does not start with the text; holds also where there is no value."),
        ("endsWith", "Ends with the text."),
        ("nendsWith", "Does not end with the text; holds also where there is no value."),
    ];

    public static InputObjectTypeDefinitionNode For(FieldType type, ScalarKind kind)
    {
        var name = GeneratedNames.Operations(type);
        var fields = new List<InputValueDefinitionNode>();
        if (kind == ScalarKind.String)
        {
            fields.Add(Sdl.Input("and", Sdl.ListOf(name), "All of these hold."));
            fields.Add(Sdl.Input("or", Sdl.ListOf(name), "At least one of these holds."));
        }

        Add(Equality);
        if (kind != ScalarKind.Boolean)
        {
            fields.AddRange(Sets.Select(op => Sdl.Input(op.Name, new ListTypeNode(Sdl.Named(type.Name)), op.Description)));
        }

        if (kind is ScalarKind.Int or ScalarKind.Long or ScalarKind.Double or ScalarKind.DateTime or ScalarKind.Duration)
        {
            Add(Comparisons);
        }
        else if (kind == ScalarKind.String)
        {
            Add(Texts);
        }

        return Sdl.InputObject(name, $"Conditions on a field of type {type.Name}; all that are given must hold.", fields);

        void Add((string Name, string Description)[] operators) =>
            fields.AddRange(operators.Select(op => Sdl.Input(op.Name, Sdl.Named(type.Name), op.Description)));
    }
}
