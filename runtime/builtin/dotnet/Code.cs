using System;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;

namespace Fcemu
{
    /// <summary>
    /// Loads the function's assemblies, apart from ours. What the framework has comes from there, unless
    /// the function brings a newer one.
    /// </summary>
    internal sealed class Code : AssemblyLoadContext
    {
        private readonly string folder, main;
        private readonly string framework = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        private readonly AssemblyDependencyResolver resolver; // null without a .deps.json

        public Code(string folder, string assembly)
        {
            this.folder = folder;
            main = Path.Combine(folder, assembly);
            if (File.Exists(main + ".deps.json") && File.Exists(main + ".dll"))
            {
                resolver = new AssemblyDependencyResolver(main + ".dll");
            }
            Default.Resolving += (context, name) => Load(name); // what the framework itself looks for by name
        }

        /// <summary>Returns an assembly by its simple name, null where the code has none.</summary>
        public Assembly Named(string name) => File.Exists(Path.Combine(folder, name + ".dll")) ? LoadFromAssemblyName(new AssemblyName(name)) : null;

        protected override Assembly Load(AssemblyName name)
        {
            string path = PathOf(name);
            return path == null || InFramework(name, path) ? null : LoadFromAssemblyPath(path);
        }

        private string PathOf(AssemblyName name)
        {
            string path = resolver?.ResolveAssemblyToPath(name);
            if (path != null)
            {
                return path;
            }
            string below = string.IsNullOrEmpty(name.CultureName) ? folder : Path.Combine(folder, name.CultureName);
            path = Path.Combine(below, name.Name + ".dll");
            return File.Exists(path) ? path : null;
        }

        private bool InFramework(AssemblyName name, string path)
        {
            string file = Path.DirectorySeparatorChar + name.Name + ".dll";
            int end = framework.IndexOf(file + Path.PathSeparator, StringComparison.OrdinalIgnoreCase);
            if (end < 0)
            {
                return false;
            }
            int start = framework.LastIndexOf(Path.PathSeparator, end) + 1;
            string theirs = framework.Substring(start, end - start) + file;
            return AssemblyName.GetAssemblyName(theirs).Version >= AssemblyName.GetAssemblyName(path).Version;
        }

        protected override IntPtr LoadUnmanagedDll(string name)
        {
            string path = resolver?.ResolveUnmanagedDllToPath(name);
            foreach (string shape in new[] { name, name + ".so", "lib" + name + ".so", "lib" + name, name + ".dylib", "lib" + name + ".dylib" })
            {
                string beside = Path.Combine(folder, shape);
                path = path ?? (File.Exists(beside) ? beside : null);
            }
            return path == null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
        }
    }
}
