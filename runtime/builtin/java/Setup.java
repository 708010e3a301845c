package fcemu;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The facts that hold for the life of the instance, in the order of the setup frame. */
final class Setup {
    final String code, name, version, service, logProject, logStore;
    String key, secret, token; // of the role
    final String[] handlers; // by hook
    final int memory, timeout;
    private final List<String> jars; // that lie inside jars of the code, unpacked

    Setup(Line.Frame frame) {
        List<String> fields = strings(frame);
        code = fields.get(1);
        handlers = fields.subList(3, 7).toArray(new String[0]);
        name = fields.get(7);
        memory = Integer.parseInt(fields.get(8));
        timeout = Integer.parseInt(fields.get(9));
        version = fields.get(10);
        service = fields.get(11);
        logProject = fields.get(12);
        logStore = fields.get(13);
        credentials(fields.subList(16, 19));
        jars = fields.subList(19, fields.size());
    }

    /** Takes the credentials that the role has from now on. */
    void renew(Line.Frame frame) {
        credentials(strings(frame));
    }

    private void credentials(List<String> fields) {
        key = fields.get(0);
        secret = fields.get(1);
        token = fields.get(2);
    }

    private static List<String> strings(Line.Frame frame) {
        List<String> fields = new ArrayList<>();
        ByteBuffer body = ByteBuffer.wrap(frame.body);
        while (body.hasRemaining()) {
            byte[] field = new byte[body.getInt()];
            body.get(field);
            fields.add(new String(field, StandardCharsets.UTF_8));
        }
        return fields;
    }

    /** Loads the function's classes: its folder, its jars, and those of layers. None of ours. */
    ClassLoader loader() throws MalformedURLException {
        List<URL> path = new ArrayList<>();
        path.add(new File(code).toURI().toURL());
        addJars(path, code);
        addJars(path, code + "/lib");
        for (String jar : jars) {
            path.add(new File(jar).toURI().toURL());
        }
        addJars(path, "/opt/java/lib");
        return new URLClassLoader(path.toArray(new URL[0]), ClassLoader.getSystemClassLoader().getParent());
    }

    private static void addJars(List<URL> path, String folder) throws MalformedURLException {
        File[] files = new File(folder).listFiles((dir, name) -> name.endsWith(".jar"));
        if (files == null) {
            return;
        }
        Arrays.sort(files);
        for (File file : files) {
            path.add(file.toURI().toURL());
        }
    }
}
