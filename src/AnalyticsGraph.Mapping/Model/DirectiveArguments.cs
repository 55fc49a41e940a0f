using System.Collections.Immutable;
using System.Globalization;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>Reads the constant arguments of mapping directives. The schema's own validation has checked or will check their types, so a misfit reads as absent here.</summary>
internal static class DirectiveArguments
{
    public static string Text(this DirectiveNode directive, string name, string otherwise = "") => Find(directive, name) switch
    {
        StringValueNode text => text.Value,
        EnumValueNode value => value.Value,
        _ => otherwise,
    };

    public static double? Number(this DirectiveNode directive, string name) => Find(directive, name) switch
    {
        IntValueNode number => double.Parse(number.Value, CultureInfo.InvariantCulture),
        FloatValueNode number => double.Parse(number.Value, CultureInfo.InvariantCulture),
        _ => null,
    };

    public static ImmutableArray<string> Texts(this DirectiveNode directive, string name, params string[] otherwise) =>
        Find(directive, name) is { } value ? Texts(value) : [.. otherwise];

    public static ImmutableArray<ObjectValueNode> Objects(this DirectiveNode directive, string name) => Find(directive, name) switch
    {
        ListValueNode list => [.. list.Values.OfType<ObjectValueNode>()],
        ObjectValueNode single => [single],
        _ => [],
    };

    public static string Text(this ObjectValueNode value, string name) => (Find(value, name) as StringValueNode)?.Value ?? "";

    public static ImmutableArray<string> Texts(this ObjectValueNode value, string name) => Find(value, name) is { } found ? Texts(found) : [];

    public static ImmutableArray<ColumnConstant> Constants(this IEnumerable<ObjectValueNode> values) =>
        [.. values.Select(value => new ColumnConstant(value.Text("column"), value.Text("value")))];

    public static ImmutableArray<ColumnConstant> Constants(this ObjectValueNode value, string name) => Find(value, name) switch
    {
        ListValueNode list => list.Values.OfType<ObjectValueNode>().Constants(),
        ObjectValueNode single => new[] { single }.Constants(),
        _ => [],
    };

    public static ImmutableArray<ColumnOrder> Orders(this DirectiveNode directive, string name) =>
    [
        .. directive.Texts(name).Select(text => text.EndsWith(" DESC", StringComparison.OrdinalIgnoreCase)
            ? new ColumnOrder(text[..^5].TrimEnd(), true)
            : new ColumnOrder(text.EndsWith(" ASC", StringComparison.OrdinalIgnoreCase) ? text[..^4].TrimEnd() : text.Trim(), false)),
    ];

    private static ImmutableArray<string> Texts(ValueNode value) => value switch
    {
        ListValueNode list => [.. list.Values.OfType<StringValueNode>().Select(text => text.Value)],
        StringValueNode text => [text.Value],
        _ => [],
    };

    private static ValueNode? Find(DirectiveNode directive, string name) =>
        directive.Arguments.FirstOrDefault(argument => argument.Name.Value == name)?.Value;

    private static ValueNode? Find(ObjectValueNode value, string name) => value.Fields.FirstOrDefault(field => field.Name.Value == name)?.Value;
}
