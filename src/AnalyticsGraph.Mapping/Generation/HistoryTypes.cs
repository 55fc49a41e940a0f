using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Generates what <c>@history</c> adds to the schema.</summary>
internal static class HistoryTypes
{
    private const int AssumedChanges = 5;

    /// <summary>A version of a record of any type.</summary>
    public static ObjectTypeDefinitionNode Version() => Sdl.Object(
        HistoryModel.VersionType,
        "A record as it was from one change to the next.",
        Sdl.Field("version", Sdl.Required("Long"), "Its number, counting from 1; a record that was removed and made anew begins again."),
        Sdl.Field("changedAt", Sdl.Required("DateTime"), "When the change was made that led to it."),
        Sdl.Field("changedBy", Sdl.Named("String"), "Who made that change; null if nobody said."),
        Sdl.Field("validFrom", Sdl.Required("DateTime"), "Since when it was true: the time of that change."),
        Sdl.Field("validTo", Sdl.Named("DateTime"), "Until when it was true, that moment excluded; null while it is."),
        Sdl.Field("endedBy", Sdl.Named("String"), "Who changed or removed it then."),
        Changes());

    /// <summary>A change of one field.</summary>
    public static ObjectTypeDefinitionNode Change() => Sdl.Object(
        HistoryModel.ChangeType,
        "What a change did to one field.",
        Sdl.Field("field", Sdl.Required("String"), "The field's name in the graph; within an object with the object's before it, as in `size.width`."),
        Sdl.Field("before", Sdl.Named("JSON"), "Its value before, as the field gives it; of a related record its global id."),
        Sdl.Field("after", Sdl.Named("JSON"), "Its value from then on."));

    /// <summary>The field of a type that lists its versions; connection arguments are added as to any other.</summary>
    public static FieldDefinitionNode Versions() => Sdl.Field(
        HistoryModel.Field,
        new NonNullTypeNode(Sdl.ListOf(HistoryModel.VersionType)),
        "Its versions, newest first. The record itself as it was at a time is found by `asOf` of the look-ups and lists.");

    /// <summary>The argument of look-ups and lists at the root.</summary>
    public static InputValueDefinitionNode AsOf() => Sdl.Input(
        HistoryModel.AsOf,
        Sdl.Named("DateTime"),
        "Answer as it was at this time, with what belongs to it, as far as history is kept; see the page on history for what is not rewound. The present if left out.");

    private static FieldDefinitionNode Changes()
    {
        var field = Sdl.Field(
            "changes",
            new ListTypeNode(Sdl.Required(HistoryModel.ChangeType)),
            "What it changed; of the first version all that it had. Null if the version before it is no longer kept.");
        var size = Sdl.Directive("listSize", ("assumedSize", new IntValueNode(AssumedChanges.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        return new FieldDefinitionNode(field.Description, field.Name, field.Arguments, field.Type, [size]);
    }
}
