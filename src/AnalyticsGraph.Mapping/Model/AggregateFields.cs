namespace AnalyticsGraph.Mapping.Model;

/// <summary>
/// Which fields aggregate: beside each list and connection <c>xs</c> of a mapped type stands <c>xsAggregate</c>, unless the SDL has a field of that name. The aggregates' own types need
/// the scalars <c>Long</c> and <c>Double</c>; an SDL without them has no aggregates.
/// </summary>
internal static class AggregateFields
{
    public static IEnumerable<AggregateField> OfRelations(SdlDefinitions sdl, IReadOnlyCollection<FieldModel> fields) => !AreOffered(sdl) ? []
        : fields.OfType<RelationField>().Where(relation => relation.Type.IsList && fields.All(field => field.Name != NameOf(relation.Name)))
            .Select(relation => new AggregateField(NameOf(relation.Name), relation));

    public static IEnumerable<RootField> OfRoots(SdlDefinitions sdl, IReadOnlyCollection<RootField> roots)
    {
        var names = sdl.FieldsOf(sdl.QueryType).Select(field => field.Name.Value).ToHashSet(StringComparer.Ordinal);
        return !AreOffered(sdl) ? []
            : roots.Where(root => root.Kind != RootFieldKind.Lookup && !names.Contains(NameOf(root.Name)))
                .Select(root => new RootField(NameOf(root.Name), RootFieldKind.Aggregate, TypeOf(root.Target.TypeName), root.Target, [], []));
    }

    public static FieldType TypeOf(string typeName) => new(typeName + "Aggregate", true, true, true);

    public static string NameOf(string list) => list + "Aggregate";

    private static bool AreOffered(SdlDefinitions sdl) => sdl.Has("Long") && sdl.Has("Double");
}
